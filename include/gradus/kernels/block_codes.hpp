// SPDX-License-Identifier: MIT
// The codes of one block: packed and unpacked, full lines by vectors, the rest by definition.
#pragma once

#include <gradus/packing/base3.hpp>
#include <gradus/packing/bit_planes.hpp>
#include <gradus/simd/planes.hpp>

#include <cstring>
#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// Equal to `P::unpack`, byte for byte; this primary template is that definition.
template <packing P> struct block_codes {
    GRADUS_INLINE static void unpack(std::span<const std::byte> in, std::span<code_t> out) {
        P::unpack(in, out);
    }

    GRADUS_INLINE static void pack(std::span<const code_t> in, std::span<std::byte> out) {
        P::pack(in, out);
    }
};

template <int W> struct block_codes<bit_planes<W>> {
    using planes = bit_planes<W>;

    /// Codes that every plane holds in full lines: by the narrowest plane.
    static constexpr index_t step = 64 * 8 / index_t{W & -W};

    GRADUS_INLINE static void unpack(std::span<const std::byte> in, std::span<code_t> out) {
        const index_t n = out.size();
        if (GRADUS_HAS_SIMD == 0 || n % step != 0 || n == 0) { return planes::unpack(in, out); }
        std::memset(out.data(), 0, n);
        const std::byte* from = in.data();
        for (int width = 8; width > 0; width /= 2) {
            if (!planes::has(width)) { continue; }
            const int shift = planes::shift_of(width);
            if (width == 8) {
                std::memcpy(out.data(), from, n);
            } else if (width == 4) {
                for (index_t i = 0; i < n / 128; ++i) {
                    simd::unpack_line<4>(from + 64 * i, shift, out.data() + 128 * i);
                }
            } else if (width == 2) {
                for (index_t i = 0; i < n / 256; ++i) {
                    simd::unpack_line<2>(from + 64 * i, shift, out.data() + 256 * i);
                }
            } else {
                for (index_t i = 0; i < n / 512; ++i) {
                    simd::unpack_line<1>(from + 64 * i, shift, out.data() + 512 * i);
                }
            }
            from += planes::plane_bytes(n, width);
        }
    }

    GRADUS_INLINE static void pack(std::span<const code_t> in, std::span<std::byte> out) {
        const index_t n = in.size();
        if (GRADUS_HAS_SIMD == 0 || n % step != 0 || n == 0) { return planes::pack(in, out); }
        std::byte* to = out.data();
        for (int width = 8; width > 0; width /= 2) {
            if (!planes::has(width)) { continue; }
            const int shift = planes::shift_of(width);
            if (width == 8) {
                std::memcpy(to, in.data(), n);
            } else if (width == 4) {
                for (index_t i = 0; i < n / 128; ++i) {
                    simd::pack_line<4>(in.data() + 128 * i, shift, to + 64 * i);
                }
            } else if (width == 2) {
                for (index_t i = 0; i < n / 256; ++i) {
                    simd::pack_line<2>(in.data() + 256 * i, shift, to + 64 * i);
                }
            } else {
                for (index_t i = 0; i < n / 512; ++i) {
                    simd::pack_line<1>(in.data() + 512 * i, shift, to + 64 * i);
                }
            }
            to += planes::plane_bytes(n, width);
        }
    }
};

template <> struct block_codes<base3> {
    GRADUS_INLINE static void unpack(std::span<const std::byte> in, std::span<code_t> out) {
        if (GRADUS_HAS_SIMD == 0) { return base3::unpack(in, out); }
        const index_t lines = out.size() / base3::line;
        for (index_t i = 0; i < lines; ++i) {
            simd::unpack_trits(in.data() + 64 * i, out.data() + base3::line * i);
        }
        base3::unpack(in.subspan(64 * lines), out.subspan(base3::line * lines));
    }

    GRADUS_INLINE static void pack(std::span<const code_t> in, std::span<std::byte> out) {
        if (GRADUS_HAS_SIMD == 0) { return base3::pack(in, out); }
        const index_t lines = in.size() / base3::line;
        for (index_t i = 0; i < lines; ++i) {
            simd::pack_trits(in.data() + base3::line * i, out.data() + 64 * i);
        }
        base3::pack(in.subspan(base3::line * lines), out.subspan(64 * lines));
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

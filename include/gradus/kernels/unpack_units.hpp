// SPDX-License-Identifier: MIT
// Codes of a block of any size, by registers of bytes.
#pragma once

#include <gradus/kernels/block_codes.hpp>
#include <gradus/simd/bytes.hpp>
#include <gradus/simd/trits.hpp>

#include <algorithm>
#include <cstring>

namespace gradus {
inline namespace GRADUS_ISA {

/// Room that `unpack_units` needs behind the codes.
inline constexpr index_t unpacking_room = 64;

/// As P::unpack, which is the definition; what lies up to 64 bytes behind the `n` codes is
/// overwritten. A line that is not full has its fields L bytes apart: they are stored one after the
/// other, each over the zeros that the one before left behind its own L bytes.
template <packing P> struct unit_unpacker {
    GRADUS_INLINE static void unpack(const std::byte* from, index_t n, code_t* to) {
        block_codes<P>::unpack({from, P::bytes(n)}, {to, n});
    }
};

/// A line of `length` <= 64 bytes, filled up with zeros.
struct zero_filled_line {
    alignas(64) std::byte bytes[64];

    GRADUS_INLINE zero_filled_line(const std::byte* from, index_t length) {
        if constexpr (simd::register_bytes == 64) {
            simd::store_bytes(bytes, simd::load_first_bytes(from, length));
        } else {
            std::memset(bytes, 0, sizeof bytes);
            std::memcpy(bytes, from, length);
        }
    }

    /// to[i] = field(part of the line) in 64 bytes, on top of what is there if `adds`.
    template <bool Adds, class Field> GRADUS_INLINE void put(code_t* to, Field&& field) const {
        simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
            code_t* at = to + simd::register_bytes * p;
            auto codes = field(simd::load_bytes(bytes + simd::register_bytes * p));
            if constexpr (Adds) { codes = simd::any_of(codes, simd::load_bytes(at)); }
            simd::store_bytes(at, codes);
        });
    }
};

template <int W> struct unit_unpacker<bit_planes<W>> {
    GRADUS_INLINE static void unpack(const std::byte* from, index_t n, code_t* to) {
        constexpr int widest = (W & 8) != 0 ? 8 : (W & 4) != 0 ? 4 : (W & 2) != 0 ? 2 : 1;
        from = add_plane<widest, false>(from, n, to);
        if constexpr (widest > 4 && (W & 4) != 0) { from = add_plane<4, true>(from, n, to); }
        if constexpr (widest > 2 && (W & 2) != 0) { from = add_plane<2, true>(from, n, to); }
        if constexpr (widest > 1 && (W & 1) != 0) { add_plane<1, true>(from, n, to); }
    }

  private:
    template <int Width, bool Adds>
    GRADUS_INLINE static const std::byte* add_plane(const std::byte* from, index_t n, code_t* to) {
        constexpr index_t in_line = 64 * 8 / Width;
        constexpr int place = bit_planes<W>::shift_of(Width);
        constexpr unsigned mask = (((1u << Width) - 1u) << place) & 255u;
        for (index_t first = 0; first < n; first += in_line) {
            const index_t count = std::min(in_line, n - first);
            const index_t length = bit_planes<W>::plane_bytes(count, Width);
            const zero_filled_line line{from, length};
            simd::unrolled<8 / Width>([&](index_t k) GRADUS_INLINE_LAMBDA {
                if (k * length >= count) { return; }
                line.put<Adds>(to + first + k * length,
                               [&](simd::byte_register v) GRADUS_INLINE_LAMBDA {
                                   return field_of<Width, place, mask>(v, k);
                               });
            });
            from += length;
        }
        return from;
    }

    /// Field k, a constant once the loop is unrolled.
    template <int Width, int Place, unsigned Mask>
    [[nodiscard]] GRADUS_INLINE static simd::byte_register field_of(simd::byte_register v,
                                                                    index_t k) {
        switch (k) {
        case 0:
            return simd::moved<0, Place, Mask>(v);
        case 1:
            return simd::moved<Width % 8, Place, Mask>(v);
        case 2:
            return simd::moved<2 * Width % 8, Place, Mask>(v);
        case 3:
            return simd::moved<3 * Width % 8, Place, Mask>(v);
        case 4:
            return simd::moved<4 * Width % 8, Place, Mask>(v);
        case 5:
            return simd::moved<5 * Width % 8, Place, Mask>(v);
        case 6:
            return simd::moved<6 * Width % 8, Place, Mask>(v);
        default:
            return simd::moved<7 * Width % 8, Place, Mask>(v);
        }
    }
};

template <> struct unit_unpacker<base3> {
    GRADUS_INLINE static void unpack(const std::byte* from, index_t n, code_t* to) {
        for (index_t first = 0; first < n; first += base3::line) {
            const index_t count = std::min(base3::line, n - first);
            const index_t length = (count + 4) / 5;
            const zero_filled_line line{from, length};
            simd::byte_register front[simd::parts];
            simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                front[p] = simd::load_bytes(line.bytes + simd::register_bytes * p);
            });
            for (index_t digit = 0; digit * length < count; ++digit) {
                simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                    simd::store_bytes(to + first + digit * length + simd::register_bytes * p,
                                      simd::leading_trit(front[p]));
                    front[p] = simd::tripled(front[p]);
                });
            }
            from += length;
        }
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

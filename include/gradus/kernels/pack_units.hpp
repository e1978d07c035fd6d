// SPDX-License-Identifier: MIT
// A full block's codes, 16 rows by 4 columns at a time, from registers to packed bytes.
#pragma once

#include <gradus/packing/bit_planes.hpp>
#include <gradus/simd/stream.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The inverse of block_units: `pack` writes the bytes of a block of 512 codes, 8 units in their
/// order. A packing without a specialisation is packed by its definition (block_codes.hpp).
template <packing P> struct unit_packer {
    static constexpr bool direct = false;
};

/// One shift at most and two logical operations for each plane of a unit.
template <int W> struct unit_packer<bit_planes<W>> {
    using planes = bit_planes<W>;
    static constexpr bool direct = planes::block == 512;

    using block = simd::byte_register[8][simd::parts];

    /// `Streams`: past the caches, `to` being aligned to 64 bytes.
    template <bool Streams = false>
    GRADUS_INLINE static void pack(const block& unit, std::byte* to) {
        pack_plane<8, Streams>(unit, to);
        pack_plane<4, Streams>(unit, to);
        pack_plane<2, Streams>(unit, to);
        pack_plane<1, Streams>(unit, to);
    }

  private:
    template <int Width, bool Streams>
    GRADUS_INLINE static void pack_plane(const block& unit, std::byte* to) {
        constexpr index_t each = 8 / Width;  // units a line
        constexpr index_t start = 64 * static_cast<index_t>(W & ~(2 * Width - 1));
        if constexpr (planes::has(Width)) {
            simd::unrolled<8 / each>([&](index_t line) GRADUS_INLINE_LAMBDA {
                simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                    std::byte* const at = to + start + 64 * line + simd::register_bytes * p;
                    const simd::byte_register packed = line_of<Width>(unit, each * line, p);
                    if constexpr (Streams) {
                        simd::stream_bytes(at, packed);
                    } else {
                        simd::store_bytes(at, packed);
                    }
                });
            });
        }
    }

    /// Units first, first + 1, ... share a line, each `Width` bits higher.
    template <int Width>
    [[nodiscard]] GRADUS_INLINE static simd::byte_register
    line_of(const block& unit, index_t first, index_t p) {
        constexpr int from = planes::shift_of(Width);
        constexpr unsigned mask = (1u << Width) - 1u;
        simd::byte_register line = simd::moved<from, 0, mask>(unit[first][p]);
        [&]<int... J>(std::integer_sequence<int, J...>) GRADUS_INLINE_LAMBDA {
            ((line = simd::any_of(line, simd::moved < from, (J + 1) * Width,
                                  (mask << ((J + 1) * Width)) & 255u > (unit[first + J + 1][p]))),
             ...);
        }(std::make_integer_sequence<int, 8 / Width - 1>{});
        return line;
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

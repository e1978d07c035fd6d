// SPDX-License-Identifier: MIT
// Codes of a full tile of 32 rows, row by row.
#pragma once

#include <gradus/concepts/layout.hpp>
#include <gradus/kernels/plane_units.hpp>
#include <gradus/kernels/trit_units.hpp>
#include <gradus/kernels/unpack_units.hpp>
#include <gradus/simd/signed_values.hpp>
#include <gradus/simd/stream.hpp>
#include <gradus/simd/transpose.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Codes of 32 rows by 16 columns: a byte_square of the upper half's rows, then one of the lower's.
inline constexpr index_t strip_codes = 512;

/// Where the 16 codes of a row lie in a strip.
[[nodiscard]] GRADUS_INLINE constexpr index_t row_in_strip(index_t row) {
    return row / 16 * 256 + simd::row_in_square(row % 16);
}

/// A line of 64 bytes, past the caches or not.
template <bool Streams> GRADUS_INLINE void put_values(float* to, const simd::f32x16& values) {
    if constexpr (Streams) {
        simd::stream_values(to, values);
    } else {
        values.store(to);
    }
}

/// Layouts whose full tiles `unpack_rows` understands.
template <class L>
concept unpacked_by_rows =
    layout_type<L> && L::tile_rows == 32 && block_units<typename L::packing_type>::direct &&
    L::block_cols == 2 * block_units<typename L::packing_type>::units;

/// Bytes minus a constant, modulo 256.
template <int From> [[nodiscard]] GRADUS_INLINE simd::byte_register counted(simd::byte_register v) {
    if constexpr (From == 0) {
        return v;
    } else {
        return simd::byte_difference(v, simd::every_byte(static_cast<std::uint8_t>(From)));
    }
}

/// Four units of half `Half`, as rows, counted from `From`.
template <index_t Half, int From, class Units>
GRADUS_INLINE void put_square(const Units& block, code_t* to) {
    simd::byte_square square;
    simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
        square.quad[0][p] = counted<From>(block.template unit<0 + Half, unit_form::exact>(p));
        square.quad[1][p] = counted<From>(block.template unit<2 + Half, unit_form::exact>(p));
        square.quad[2][p] = counted<From>(block.template unit<4 + Half, unit_form::exact>(p));
        square.quad[3][p] = counted<From>(block.template unit<6 + Half, unit_form::exact>(p));
    });
    transposed(square).store(to + 256 * Half);
}

/// Blocks of up to 256 columns, by way of quads in memory: for ragged blocks, and for those that
/// are not 16 columns wide.
template <unpacked_by_rows L, int From>
void unpack_rows_by_quads(const std::byte* from, index_t columns, code_t* to) {
    using P = typename L::packing_type;
    constexpr index_t quad_codes = 4 * L::tile_rows;
    alignas(64) code_t quads[64 * quad_codes + unpacking_room];
    for (index_t done = 0; done < columns; done += L::block_cols) {
        const index_t count = L::tile_rows * std::min(index_t{L::block_cols}, columns - done);
        unit_unpacker<P>::unpack(from, count, quads + L::tile_rows * done);
        from += P::bytes(count);
    }
    const index_t wide = columns / 4 * 4;
    const index_t strips = (columns + 15) / 16;
    code_t narrow[quad_codes] = {};
    for (index_t r = 0; r < L::tile_rows; ++r) {
        for (index_t c = wide; c < columns; ++c) {
            narrow[4 * r + c - wide] = quads[L::tile_rows * wide + r * (columns - wide) + c - wide];
        }
    }
    std::memcpy(quads + L::tile_rows * wide, narrow, wide == columns ? 0 : quad_codes);
    const index_t end = (columns + 3) / 4 * 4;
    std::fill(quads + L::tile_rows * end, quads + L::tile_rows * 16 * strips, code_t{0});
    for (index_t s = 0; s < strips; ++s) {
        for (index_t half = 0; half < 2; ++half) {
            simd::byte_square square;
            simd::unrolled<4>([&](index_t q) GRADUS_INLINE_LAMBDA {
                const code_t* quad = quads + strip_codes * s + quad_codes * q + 64 * half;
                simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                    square.quad[q][p] =
                        counted<From>(simd::load_bytes(quad + simd::register_bytes * p));
                });
            });
            transposed(square).store(to + strip_codes * s + 256 * half);
        }
    }
}

/// The codes of `columns` (up to 256) columns of one group of a full tile, whole blocks but for
/// the last: (columns + 15) / 16 strips at `to`, zeros behind the last column; all minus `From`,
/// modulo 256.
template <unpacked_by_rows L, int From = 0>
GRADUS_INLINE void unpack_rows(const std::byte* from, index_t columns, code_t* to) {
    using P = typename L::packing_type;
    if constexpr (L::block_cols == 16) {
        for (; columns >= 16; columns -= 16, to += strip_codes) {
            const block_units<P> block{from};
            put_square<0, From>(block, to);
            put_square<1, From>(block, to);
            from += P::bytes(strip_codes);
        }
    }
    if (columns != 0) { unpack_rows_by_quads<L, From>(from, columns, to); }
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Codes of a full tile of 32 rows go to packed bytes without leaving the registers.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/block_codes.hpp>
#include <gradus/kernels/pack_units.hpp>
#include <gradus/kernels/row_codes.hpp>
#include <gradus/kernels/split_codes.hpp>

#include <algorithm>
#include <bit>

namespace gradus {
inline namespace GRADUS_ISA {

/// Layouts and roundings whose full tiles are encoded by strips of 16 columns.
template <class L, class R>
concept encoded_by_units =
    layout_type<L> && L::tile_rows == 32 && L::block_cols % 4 == 0 &&
    vectorizable_mapping<typename L::mapping_type> && vectorizable_rounding<R>;

/// Asks for what comes after column `x` of four rows: the columns that are 1 KiB further, in the
/// nearest cache, and at `next` 256 bytes of the next four rows, one row after the other as memory
/// has them, in the second one. The latter lets memory and arithmetic overlap: on Zen 4, 4 bits in
/// groups of 128 from DRAM, 16.5 GB/s with the same columns of the next four rows, 22.3 in the
/// order of memory. (Asking for them in the nearest cache: two thirds.)
GRADUS_INLINE void ask_ahead(const float* x, index_t stride, const float* next) {
    constexpr index_t near_columns = 256;
    simd::unrolled<4>([&](index_t j) GRADUS_INLINE_LAMBDA {
        __builtin_prefetch(next + 16 * j, 0, 2);
        __builtin_prefetch(x + j * stride + near_columns, 0, 3);
    });
}

/// The codes of four rows, `columns` columns (a multiple of 16) of one group, to strips of 16
/// columns by 32 rows: 64 bytes each, by 4 columns and in them by row. `next`: what is needed after
/// these rows, as many values.
template <class Codes, class FourRows>
GRADUS_INLINE void encode_four(const FourRows& rows,
                               const float* x,
                               index_t stride,
                               const float* next,
                               index_t columns,
                               code_t* to) {
    for (index_t c = 0; c < columns; c += 16, to += 512, next += 64) {
        simd::u32x16 words[4];
        simd::byte_register bytes[simd::parts];
        ask_ahead(x + c, stride, next);
        rows.choose(x + c, stride, words);
        simd::narrowed(words, bytes);
        simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
            if constexpr (Codes::lowest != 0) {
                bytes[p] = simd::greatest_bytes(bytes[p], simd::every_byte(Codes::lowest));
            }
            if constexpr (Codes::highest != 255) {
                bytes[p] = simd::least_bytes(bytes[p], simd::every_byte(Codes::highest));
            }
            simd::store_bytes(to + simd::register_bytes * p, bytes[p]);
        });
    }
}

/// Codes of 32 rows by 16 columns, in stored order: 8 units of 16 rows by 4 columns.
struct code_strip {
    simd::byte_register unit[8][simd::parts];

    GRADUS_INLINE explicit code_strip(const code_t* from) {
        simd::unrolled<2>([&](index_t half) GRADUS_INLINE_LAMBDA {
            simd::byte_register rows[4][simd::parts];
            simd::unrolled<4>([&](index_t k) GRADUS_INLINE_LAMBDA {
                simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                    rows[k][p] =
                        simd::load_bytes(from + 256 * half + 64 * k + simd::register_bytes * p);
                });
            });
            const simd::byte_square square = simd::quads_of(rows);
            simd::unrolled<4>([&](index_t q) GRADUS_INLINE_LAMBDA {
                simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                    unit[2 * q + half][p] = square.quad[q][p];
                });
            });
        });
    }

    GRADUS_INLINE void store(code_t* to) const {
        simd::unrolled<8>([&](index_t u) GRADUS_INLINE_LAMBDA {
            simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                simd::store_bytes(to + 64 * u + simd::register_bytes * p, unit[u][p]);
            });
        });
    }
};

/// Strips of codes to the packed blocks of `columns` columns; `streams`: past the caches.
template <layout_type L>
GRADUS_INLINE void pack_strips(code_t* strips, index_t columns, bool streams, std::byte* to) {
    using P = typename L::packing_type;
    if constexpr (unit_packer<P>::direct) {
        if (streams && std::bit_cast<std::uintptr_t>(to) % 64 == 0) {
            for (index_t c = 0; c < columns; c += 16, to += P::bytes(512)) {
                unit_packer<P>::template pack<true>(code_strip{strips + 32 * c}.unit, to);
            }
            return;
        }
        for (index_t c = 0; c < columns; c += 16, to += P::bytes(512)) {
            unit_packer<P>::pack(code_strip{strips + 32 * c}.unit, to);
        }
    } else {
        for (index_t c = 0; c < columns; c += 16) {
            code_strip{strips + 32 * c}.store(strips + 32 * c);
        }
        for (index_t c = 0; c < columns; c += L::block_cols) {
            const index_t count = 32 * std::min(index_t{L::block_cols}, columns - c);
            block_codes<P>::pack({strips + 32 * c, count}, {to, P::bytes(count)});
            to += P::bytes(count);
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus

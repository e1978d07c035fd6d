// SPDX-License-Identifier: MIT
// Composing a layout from its four policies.
#pragma once

#include <gradus/concepts/layout.hpp>
#include <gradus/grouping/group.hpp>
#include <gradus/packing/base3.hpp>
#include <gradus/packing/bit_planes.hpp>
#include <gradus/scale/half_scale.hpp>

#include <string_view>
#include <type_traits>

namespace gradus {

/// Three codes pack five to a byte, everything else as bit planes.
template <mapping M>
using packing_for = std::conditional_t<M::codes == 3, base3, bit_planes<M::bits>>;

inline constexpr index_t tiles_of_32 = 32;  ///< for gemv and gemm: two vectors, a lane a row
inline constexpr index_t tiles_of_16 = 16;  ///< the same with one vector, for a layout of one's own
inline constexpr index_t single_rows = 1;   ///< for embeddings and caches: any row by itself

/// The stored form of a matrix [rows, cols], cut into tiles of `TileRows` rows; the last tile is
/// narrow, not padded. Bytes, in order:
///
///     stream  = [matrix grid: scale, zero]   where the grouping spans rows, else nothing
///               tile ...
///     tile    = [row words, one a row]       where the scale format has them
///               group ...                    in column order
///     group   = scales, one a row            (nothing for a matrix grid)
///               zero points, one a row: a little-endian bit stream, whole bytes
///               block ...
///     block   = up to `block_cols` columns of codes, packed, whole bytes;
///               code order: by 4 columns, then by row, then by column
///
/// A group's scales and planes thus lie side by side, and 64 consecutive codes, a "unit", are what
/// an integer dot product wants: 16 rows by 4 columns, first the upper half of the tile, then the
/// lower one. In a 4-bit plane one line of 64 bytes holds both halves, in its low and its high
/// nibbles, so four activations that were broadcast once meet all 32 rows; 32 scales of 16 bits
/// fill a line. (Tiles of 16 rows read each activation twice as often: 0.6 of the speed.) All words
/// are little-endian.
template <mapping M,
          grouping G = group<128>,
          scale_format S = f16_scale,
          packing P = packing_for<M>,
          index_t TileRows = tiles_of_32>
struct layout {
    using mapping_type = M;
    using grouping_type = G;
    using scale_type = S;
    using packing_type = P;

    static_assert(P::block >= TileRows, "a block holds at least one column");

    static constexpr index_t tile_rows = TileRows;
    static constexpr index_t tile_cols = 4;
    static constexpr index_t block_cols = P::block / TileRows;
    static constexpr codebook_scope codebook =
        trainable_mapping<M> ? codebook_scope::matrix : codebook_scope::none;
    static constexpr bool usual_packing = std::is_same_v<P, packing_for<M>>;
    static constexpr label name = label{name_of<M>()} + "_" + name_of<G>() + "_" + name_of<S>() +
                                  (usual_packing ? "" : "_") +
                                  (usual_packing ? std::string_view{} : name_of<P>()) +
                                  (TileRows == single_rows ? "_rows" : "");
};

}  // namespace gradus

// SPDX-License-Identifier: MIT
// A quantized matrix in the plain order: one byte a code, row by row, and its grids beside it.
#pragma once

#include <gradus/core/matrix_view.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace gradus {

/// What other tools hold (GPTQ, AWQ once their words are taken apart), and what `pack_codes`
/// repacks. Group g of a row covers columns [g N, (g + 1) N), the last one what is left; a layout
/// with one grid for the whole matrix has grids [1, 1] and one row word. Checkpoints whose groups
/// follow another order of columns (`g_idx`) need their columns sorted by group first; that
/// permutation is a `column_order`.
struct plain_codes_view {
    matrix_view<const code_t> codes;           // [rows, cols]
    matrix_view<const float> scales;           // [rows, groups], as the format decodes them
    matrix_view<const code_t> zeros;           // [rows, groups]; [0, 0] without zero points
    std::span<const std::uint32_t> row_words;  // [rows]; empty unless the scale format has them
};

inline namespace GRADUS_ISA {

/// The same, owning.
struct plain_codes {
    index_t rows = 0;
    index_t cols = 0;
    index_t grid_rows = 0;  ///< `rows`, or 1 where one grid serves the matrix
    index_t grid_cols = 0;
    std::vector<code_t> codes;
    std::vector<float> scales;
    std::vector<code_t> zeros;
    std::vector<std::uint32_t> row_words;

    /// Valid while the vectors live and keep their sizes.
    [[nodiscard]] plain_codes_view view() const {
        plain_codes_view all{
            {codes.data(), rows, cols}, {scales.data(), grid_rows, grid_cols}, {}, row_words};
        if (!zeros.empty()) { all.zeros = {zeros.data(), grid_rows, grid_cols}; }
        return all;
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

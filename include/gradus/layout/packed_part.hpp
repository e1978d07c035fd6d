// SPDX-License-Identifier: MIT
// A packed matrix as a plain value: bytes, and the name of the layout that explains them.
#pragma once

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/core/result.hpp>
#include <gradus/layout/find_bad_grid.hpp>
#include <gradus/layout/menu.hpp>
#include <gradus/layout/packed_matrix.hpp>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// What one stage hands the next and a file stores: no templates, all of the bits.
struct packed_part {
    std::string layout;  ///< as in layout_name; of a sparse matrix: `name_of_sparse`
    index_t rows = 0;
    index_t cols = 0;
    aligned_buffer bytes;
    std::vector<float>
        codebook;  ///< trained levels, exact in f16; empty where the mapping has none

    [[nodiscard]] index_t size_in_bits() const { return 8 * bytes.size() + 16 * codebook.size(); }
};

template <layout_type L> [[nodiscard]] packed_part part_of(packed_matrix<L>&& matrix) {
    static_assert(
        L::tile_rows == tiles_of_32 &&
            std::is_same_v<typename L::packing_type, packing_for<typename L::mapping_type>>,
        "files hold tiles of 32 rows in the default packing: their names say no more");
    packed_part part{.layout = name_of_layout<L>(matrix.map(), matrix.groups()),
                     .rows = matrix.rows(),
                     .cols = matrix.cols(),
                     .bytes = {},
                     .codebook = {}};
    if constexpr (L::codebook == codebook_scope::matrix) {
        part.codebook.assign(matrix.map().levels.begin(), matrix.map().levels.end());
    }
    part.bytes = std::move(matrix).take_bytes();
    return part;
}

/// Bytes that claim to be a matrix [rows, cols] in the chosen layout, as a view.
/// Errors: bytes or codebook of another length than the layout's, a codebook that does not ascend,
/// a scale that is not finite.
template <layout_type L>
[[nodiscard]] result<packed_view<L>> view_of(const layout_choice<L>& choice,
                                             std::span<const std::byte> bytes,
                                             index_t rows,
                                             index_t cols,
                                             floats codebook) {
    packed_view<L> view{bytes, rows, cols, choice.map, choice.groups};
    if (!view.complete()) {
        return error{errc::malformed,
                     "layout '" + name_of_layout<L>(choice.map, choice.groups) + "' of [" +
                         std::to_string(rows) + ", " + std::to_string(cols) + "] takes " +
                         std::to_string(view.shape().total_bytes()) + " bytes (found " +
                         std::to_string(bytes.size()) + "). Truncated?"};
    }
    constexpr index_t levels = codebook_bits<L> / 16;
    if (codebook.size() != levels) {
        return error{errc::malformed, "codebook has " + std::to_string(codebook.size()) +
                                          " levels (expected " + std::to_string(levels) + ")"};
    }
    if constexpr (levels != 0) {
        for (index_t i = 0; i < levels; ++i) {
            if (!(magnitude(codebook[i]) <= f16_scale::largest) ||
                (i > 0 && codebook[i] < codebook[i - 1])) {
                return error{errc::malformed, "codebook level " + std::to_string(i) +
                                                  " is not finite or does not ascend"};
            }
            view.map.levels[i] = codebook[i];
        }
    }
    if (const auto bad = find_bad_grid(view)) {
        return error{errc::malformed, "scale of the group at row " + std::to_string(bad->row) +
                                          ", column " + std::to_string(bad->column) +
                                          " is not finite"};
    }
    return view;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

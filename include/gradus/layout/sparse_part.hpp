// SPDX-License-Identifier: MIT
// A sparse matrix as a plain value, and as a view of bytes that claim to be one.
#pragma once

#include <gradus/layout/find_bad_survivor.hpp>
#include <gradus/layout/packed_part.hpp>
#include <gradus/layout/sparse_matrix.hpp>
#include <gradus/layout/zero_code.hpp>

#include <string>
#include <type_traits>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// "uniform_symmetric4_g64_f16_2of4": the pattern behind the layout's name.
template <layout_type L>
[[nodiscard]] std::string name_of_sparse(const typename L::mapping_type& map,
                                         const typename L::grouping_type& groups,
                                         const survivor_pattern& pattern) {
    std::string text = name_of_layout<L>(map, groups);
    text += "_";
    text += name_of_pattern(pattern);
    return text;
}

template <layout_type L> [[nodiscard]] packed_part part_of(sparse_matrix<L>&& matrix) {
    static_assert(std::is_same_v<typename L::packing_type, packing_for<typename L::mapping_type>>,
                  "files hold the default packing: their names say no more");
    packed_part part{.layout = name_of_sparse<L>(matrix.map(), matrix.groups(), matrix.pattern()),
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

/// Bytes that claim to be a sparse matrix [rows, cols] in the chosen layout, as a view.
/// Errors: a pattern that does not divide the shape; bytes of another length than shape and
/// survivors ask for; an index or ends that break their rules; a mapping without a code for zero;
/// those of `view_of` for codebook and scales.
template <layout_type L>
[[nodiscard]] result<sparse_matrix_view<L>> sparse_view_of(const layout_choice<L>& choice,
                                                           const survivor_pattern& pattern,
                                                           std::span<const std::byte> bytes,
                                                           index_t rows,
                                                           index_t cols,
                                                           floats codebook) {
    sparse_matrix_view<L> view{bytes, rows, cols, choice.map, choice.groups, pattern};
    const auto refuse = [&](const std::string& why) {
        return error{errc::malformed,
                     "layout '" + name_of_sparse<L>(choice.map, choice.groups, pattern) + "' of [" +
                         std::to_string(rows) + ", " + std::to_string(cols) + "]: " + why};
    };
    if (rows == 0 || cols == 0 || !view.places().fits()) {
        return refuse("the pattern does not divide columns, groups and blocks");
    }
    const index_t found = bytes.size();
    const index_t least = view.places().survivors_offset();
    if (found < least || !view.complete()) {
        const index_t wanted =
            found < least ? least : view.places().total_bytes(view.survivor_count());
        return refuse("takes " + std::to_string(wanted) + " bytes" +
                      (found < least ? " and survivors" : "") + " (found " + std::to_string(found) +
                      "). Truncated?");
    }
    const layout_choice<grids_of_layout<L>> grids{choice.map, choice.groups};
    const auto checked = view_of(grids, view.grids().bytes, rows, cols, codebook);
    if (!checked) { return checked.error(); }
    view.map = checked.value().map;
    const auto zero = zero_code_of(view.map);
    if (!zero) { return refuse("the mapping has no code for zero"); }
    view.zero = *zero;
    if (const auto why = find_bad_survivor(view)) { return refuse(*why); }
    return view;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

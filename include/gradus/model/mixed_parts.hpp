// SPDX-License-Identifier: MIT
// A matrix of mixed widths in memory, as the parts of a linear layer.
#pragma once

#include <gradus/kernels/sparse_gemm.hpp>
#include <gradus/layout/mixed_matrix.hpp>
#include <gradus/model/column_run_part.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A packed part that is kept as its bytes, and their view.
template <layout_type L> struct held_matrix {
    std::shared_ptr<const packed_part> part;
    packed_view<L> weights;

    [[nodiscard]] index_t rows() const { return weights.rows; }

    [[nodiscard]] index_t cols() const { return weights.cols; }

    [[nodiscard]] index_t size_in_bits() const { return part->size_in_bits(); }

    [[nodiscard]] packed_view<L> view() const { return weights; }
};

/// A packed part as a term of a linear layer. The first of the pair: whether the menu (perhaps one
/// share of several) has its layout. Errors: those of `view_of`.
template <class Menu>
[[nodiscard]] std::pair<bool, result<part_pointer>>
hold_part(const std::shared_ptr<const packed_part>& part) {
    result<part_pointer> made = error{
        errc::unsupported, "layout '" + part->layout + "' is not on the menu of this program"};
    const std::optional<layout_name> name = parse_layout_name(part->layout);
    const bool found = name && Menu::visit(*name, [&]<class L>(const layout_choice<L>& choice) {
                           const auto view = view_of(choice, part->bytes.bytes(), part->rows,
                                                     part->cols, part->codebook);
                           if (view) {
                               made = make_part(held_matrix<L>{part, view.value()});
                           } else {
                               made = view.error();
                           }
                       });
    return {found, std::move(made)};
}

/// All parts of a matrix, in their places. `hold(part)` gives the term of one packed part, e.g.
/// `hold_part<Menu>(part).second`. Errors: those of `hold`; parts that do not fit together.
template <class Hold>
[[nodiscard]] result<std::vector<part_pointer>> hold_parts(mixed_matrix matrix, Hold&& hold) {
    if (auto why = matrix.find_bad_part()) { return error{errc::invalid_argument, *why}; }
    std::vector<part_pointer> parts;
    for (column_run& run : matrix.runs) {
        const index_t first = run.first;
        result<part_pointer> held = hold(std::make_shared<const packed_part>(std::move(run.part)));
        if (!held) { return held.error(); }
        parts.push_back(place_run(std::move(held).value(), first, matrix.cols));
    }
    if (matrix.outliers) { parts.push_back(make_part(std::move(*matrix.outliers))); }
    return parts;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

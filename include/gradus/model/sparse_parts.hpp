// SPDX-License-Identifier: MIT
// Sparse matrices, in memory and in a packed file, as terms of a linear layer.
#pragma once

#include <gradus/kernels/sparse_matrix_gemm.hpp>
#include <gradus/layout/sparse_part.hpp>
#include <gradus/model/mapped_parts.hpp>
#include <gradus/model/mixed_parts.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// A sparse matrix and what keeps its bytes alive: a packed part, or a mapped file.
template <layout_type L, class Owner> struct kept_sparse_matrix {
    Owner owner;
    sparse_matrix_view<L> weights;

    [[nodiscard]] index_t rows() const { return weights.rows; }

    [[nodiscard]] index_t cols() const { return weights.cols; }

    [[nodiscard]] index_t size_in_bits() const { return weights.size_in_bits(); }

    [[nodiscard]] sparse_matrix_view<L> view() const { return weights; }
};

/// Finds the layout of a sparse part's name on `Menu` and hands its view to `f`, whose value is the
/// result. The first of the pair: whether the menu has the layout. Errors: those of
/// `sparse_view_of`.
template <class Menu, class F>
[[nodiscard]] auto open_sparse(const std::string& layout,
                               std::span<const std::byte> bytes,
                               index_t rows,
                               index_t cols,
                               floats codebook,
                               F&& f) {
    using opened = std::invoke_result_t<F&, sparse_matrix_view<typename Menu::first>>;
    result<opened> made = error{errc::unsupported, "sparse layout '" + layout +
                                                       "' is not on the menu of this program"};
    const auto split = split_sparse_name(layout);
    const auto name = split ? parse_layout_name(split->first) : std::nullopt;
    const bool found = name && Menu::visit(*name, [&]<class L>(const layout_choice<L>& choice) {
                           const auto view =
                               sparse_view_of(choice, split->second, bytes, rows, cols, codebook);
                           if (view) {
                               made = f(view.value());
                           } else {
                               made = view.error();
                           }
                       });
    return std::pair<bool, result<opened>>{found, std::move(made)};
}

/// As `hold_part`, for a sparse one.
template <class Menu>
[[nodiscard]] std::pair<bool, result<part_pointer>>
hold_sparse_part(const std::shared_ptr<const packed_part>& part) {
    return open_sparse<Menu>(
        part->layout, part->bytes.bytes(), part->rows, part->cols, part->codebook,
        [&]<class L>(const sparse_matrix_view<L>& view) {
            return make_part(kept_sparse_matrix<L, std::shared_ptr<const packed_part>>{part, view});
        });
}

/// As `open_plain_part`, for a sparse one.
template <class Menu>
[[nodiscard]] std::pair<bool, result<part_pointer>> open_sparse_part(const packed_file& file,
                                                                     const described_matrix& matrix,
                                                                     const described_part& part) {
    auto opened = open_sparse<Menu>(
        part.layout, file.bytes(part), matrix.rows, part.cols(), file.codebook(part),
        [&]<class L>(const sparse_matrix_view<L>& view) {
            return make_part(kept_sparse_matrix<L, safetensors_file>{file.file(), view});
        });
    if (!opened.second) {
        const error& why = opened.second.error();
        opened.second = file_error(why.code, file.file().path(), "matrix ", quote_name(matrix.name),
                                   ": ", why.message);
    }
    return opened;
}

/// Whichever of the two a part's name asks for: dense layouts from `Menu`, sparse ones from
/// `SparseMenu`, which may be shorter: each layout costs a program its kernels once more.
template <class Menu, class SparseMenu = Menu>
[[nodiscard]] std::pair<bool, result<part_pointer>>
hold_any_part(const std::shared_ptr<const packed_part>& part) {
    return split_sparse_name(part->layout) ? hold_sparse_part<SparseMenu>(part)
                                           : hold_part<Menu>(part);
}

/// The same for a part of a file.
template <class Menu, class SparseMenu = Menu>
[[nodiscard]] std::pair<bool, result<part_pointer>>
open_any_part(const packed_file& file, const described_matrix& matrix, const described_part& part) {
    return split_sparse_name(part.layout) ? open_sparse_part<SparseMenu>(file, matrix, part)
                                          : open_plain_part<Menu>(file, matrix, part);
}

}  // namespace GRADUS_ISA
}  // namespace gradus

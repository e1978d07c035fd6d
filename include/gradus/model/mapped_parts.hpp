// SPDX-License-Identifier: MIT
// The parts of a matrix in a packed file, each of which keeps the mapping alive.
#pragma once

#include <gradus/io/packed_reader.hpp>
#include <gradus/kernels/sparse_gemm.hpp>
#include <gradus/layout/packed_part.hpp>
#include <gradus/model/column_run_part.hpp>
#include <gradus/model/permuted_input.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A packed matrix in a mapped file, which lives as long as the part does.
template <layout_type L> struct mapped_matrix {
    safetensors_file file;  ///< keeps the mapping alive; copies share it
    packed_view<L> weights;

    [[nodiscard]] index_t rows() const { return weights.rows; }

    [[nodiscard]] index_t cols() const { return weights.cols; }

    [[nodiscard]] index_t size_in_bits() const {
        return 8 * weights.bytes.size() + codebook_bits<L>;
    }

    [[nodiscard]] packed_view<L> view() const { return weights; }
};

/// The outliers of a matrix in a mapped file.
struct mapped_outliers {
    safetensors_file file;
    sparse_f16_view weights;

    [[nodiscard]] index_t rows() const { return weights.rows; }

    [[nodiscard]] index_t cols() const { return weights.cols; }

    [[nodiscard]] index_t size_in_bits() const { return weights.size_in_bits(); }

    [[nodiscard]] sparse_f16_view view() const { return weights; }
};

/// A permutation in a mapped file.
struct mapped_order {
    safetensors_file file;
    column_order_view order;

    [[nodiscard]] column_order_view view() const { return order; }
};

/// Finds the layout of a plain part on `Menu` and hands its view, [rows, columns of the run], to
/// `f`, whose value is the result. The first of the pair: whether the menu (perhaps one share of
/// several) has the layout.
template <class Menu, class F>
[[nodiscard]] auto open_packed_part(const packed_file& file,
                                    const described_matrix& matrix,
                                    const described_part& part,
                                    F&& f) {
    using opened = std::invoke_result_t<F&, packed_view<typename Menu::first>>;
    const std::optional<layout_name> name = parse_layout_name(part.layout);
    result<opened> made = file_error(
        errc::unsupported, file.file().path(), "matrix ", quote_name(matrix.name), " has layout ",
        quote_name(part.layout), ", which is not on the menu of this program");
    const bool found =
        name && Menu::visit(*name, [&]<class L>(const layout_choice<L>& choice) {
            const auto view =
                view_of(choice, file.bytes(part), matrix.rows, part.cols(), file.codebook(part));
            if (view) {
                made = f(view.value());
            } else {
                made = file_error(view.error().code, file.file().path(), "matrix ",
                                  quote_name(matrix.name), ": ", view.error().message);
            }
        });
    return std::pair<bool, result<opened>>{found, std::move(made)};
}

/// A plain part as a term of a linear layer.
template <class Menu>
[[nodiscard]] std::pair<bool, result<part_pointer>> open_plain_part(const packed_file& file,
                                                                    const described_matrix& matrix,
                                                                    const described_part& part) {
    return open_packed_part<Menu>(file, matrix, part, [&]<class L>(const packed_view<L>& view) {
        return make_part(mapped_matrix<L>{file.file(), view});
    });
}

/// All parts of a matrix, in their places. `open_plain(file, matrix, part)` gives the part of a
/// plain one, [rows, columns of the run]. Errors: those of `open_plain`.
template <class OpenPlain>
[[nodiscard]] result<std::vector<part_pointer>>
open_parts(const packed_file& file, const described_matrix& matrix, OpenPlain&& open_plain) {
    std::vector<part_pointer> parts;
    for (const described_part& part : matrix.parts) {
        result<part_pointer> run = open_plain(file, matrix, part);
        if (!run) { return run.error(); }
        parts.push_back(place_run(std::move(run).value(), part.first_col, matrix.cols));
    }
    if (matrix.outliers) {
        parts.push_back(make_part(mapped_outliers{file.file(), file.outliers(matrix)}));
    }
    return parts;
}

/// The transforms of all inputs, by position: one serves all matrices that read it.
[[nodiscard]] inline std::vector<transform_pointer> open_inputs(const packed_file& file) {
    std::vector<transform_pointer> transforms;
    for (const described_input& input : file.description().inputs) {
        transforms.push_back(permute_input(mapped_order{file.file(), file.order(input)}));
    }
    return transforms;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

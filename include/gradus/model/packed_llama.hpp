// SPDX-License-Identifier: MIT
// A Llama model from a packed file: what is measured is what was written.
#pragma once

#include <gradus/io/packed_reader.hpp>
#include <gradus/layout/packed_part.hpp>
#include <gradus/model/llama.hpp>

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

/// Finds the layout of a described matrix on `Menu` and hands its view to `f`, whose value is the
/// result. The first of the pair: whether the menu (perhaps one share of several) has the layout.
template <class Menu, class F>
[[nodiscard]] auto
open_packed_matrix(const packed_file& file, const described_matrix& matrix, F&& f) {
    using opened = std::invoke_result_t<F&, packed_view<typename Menu::first>>;
    const described_part& part = matrix.parts[0];
    const std::optional<layout_name> name = parse_layout_name(part.layout);
    result<opened> made = file_error(
        errc::unsupported, file.file().path(), "matrix ", quote_name(matrix.name), " has layout ",
        quote_name(part.layout), ", which is not on the menu of this program");
    const bool found =
        name && Menu::visit(*name, [&]<class L>(const layout_choice<L>& choice) {
            const auto view =
                view_of(choice, file.bytes(part), matrix.rows, matrix.cols, file.codebook(part));
            if (view) {
                made = f(view.value());
            } else {
                made = file_error(view.error().code, file.file().path(), "matrix ",
                                  quote_name(matrix.name), ": ", view.error().message);
            }
        });
    return std::pair<bool, result<opened>>{found, std::move(made)};
}

/// All weights of a packed file. `make_part_of(file, matrix)` gives the part of a described matrix.
/// Errors: as `load_llama_weights`, for float tensors and packed matrices alike.
template <class MakePart>
[[nodiscard]] result<model_weights>
load_packed_llama(model_config config, const packed_file& file, MakePart&& make_part_of) {
    const tensor_shapes expected = llama_tensors(config);
    model_weights weights{std::move(config), {}, {}};
    index_t known = 0;
    const auto check = [&](std::string_view name, const std::string& shape) -> status {
        const auto entry = expected.find(name);
        const bool fits = entry != expected.end() && shape == shape_text(entry->second);
        known += fits ? 1u : 0u;
        if (fits) { return done{}; }
        return tensor_error(errc::malformed, file.file().path(), name, "of shape ", shape,
                            " is not what config.json asks for");
    };
    for (const described_matrix& matrix : file.description().matrices) {
        const index_t shape[] = {matrix.rows, matrix.cols};
        if (status fits = check(matrix.name, shape_text(shape)); !fits) { return fits.error(); }
        result<part_pointer> part = make_part_of(file, matrix);
        if (!part) { return part.error(); }
        weights.tensors.push_back({matrix.name, matrix.rows, matrix.cols, {}});
        weights.parts.emplace(matrix.name, std::move(part).value());
    }
    for (const tensor_view& tensor : file.floats()) {
        if (status fits = check(tensor.name, shape_text(tensor.shape)); !fits) {
            return fits.error();
        }
        named_matrix matrix{std::string{tensor.name}, tensor.rows(), tensor.cols(),
                            std::vector<float>(tensor.elements())};
        if (status read = read_finite_floats(tensor, matrix.values); !read) { return read.error(); }
        weights.tensors.push_back(std::move(matrix));
    }
    if (known != expected.size()) {
        return file_error(errc::not_found, file.file().path(), "holds ", known, " of the ",
                          expected.size(), " tensors that config.json asks for");
    }
    if (weights.parts.contains("model.embed_tokens.weight")) {
        return tensor_error(errc::unsupported, file.file().path(), "model.embed_tokens.weight",
                            "is packed, but rows are looked up in float");
    }
    return weights;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// A Llama model from a packed file: what is measured is what was written.
#pragma once

#include <gradus/model/llama.hpp>
#include <gradus/model/mapped_parts.hpp>

#include <string>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// All weights of a packed file. `open_plain(file, matrix, part)` gives the part of a plain one, as
/// for `open_parts` (`open_any_part` for files with sparse ones); outliers and permutations need no
/// help.
/// Errors: as `load_llama_weights`, for float tensors and packed matrices alike.
template <class OpenPlain>
[[nodiscard]] result<model_weights>
load_packed_llama(model_config config, const packed_file& file, OpenPlain&& open_plain) {
    const tensor_shapes expected = llama_tensors(config);
    model_weights weights{std::move(config), {}, {}};
    const std::vector<transform_pointer> inputs = open_inputs(file);
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
        auto parts = open_parts(file, matrix, open_plain);
        if (!parts) { return parts.error(); }
        weights.tensors.push_back({matrix.name, matrix.rows, matrix.cols, {}});
        weights.parts[matrix.name] = {std::move(parts).value(),
                                      matrix.input ? inputs[*matrix.input] : nullptr};
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

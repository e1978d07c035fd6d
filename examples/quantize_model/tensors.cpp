// SPDX-License-Identifier: MIT
// Patterns to tensor names; a pattern without effect is an error.
#include "tensors.hpp"

#include <gradus/model/llama.hpp>

#include <algorithm>
#include <fnmatch.h>

namespace quantize_model {

using gradus::errc;
using gradus::error;

bool matches(std::string_view pattern, std::string_view name) {
    return fnmatch(std::string{pattern}.c_str(), std::string{name}.c_str(), 0) == 0;
}

namespace {

/// Matrices that a product reads; the embedding is looked up by rows and stays float.
error refuse_tensor(const gradus::tensor_view& tensor, const std::string& pattern) {
    return {errc::invalid_argument,
            "--include '" + pattern + "' names tensor '" + std::string{tensor.name} +
                "' of shape " + gradus::shape_text(tensor.shape) +
                ", which cannot be packed (only matrices that are multiplied: *_proj.weight, "
                "lm_head.weight); narrow the pattern"};
}

bool packable(const gradus::tensor_view& tensor) {
    return tensor.shape.size() == 2 &&
           (gradus::is_decoder_matrix(tensor.name) || tensor.name == "lm_head.weight");
}

}  // namespace

gradus::result<std::vector<std::string>> chosen_tensors(const gradus::safetensors_source& source,
                                                        const options& wanted) {
    std::vector<std::string> chosen;
    for (gradus::index_t i = 0; i < source.size(); ++i) {
        const gradus::tensor_view tensor = source.tensor(i);
        bool take = wanted.include.empty() && gradus::is_decoder_matrix(tensor.name);
        for (const std::string& pattern : wanted.include) {
            if (!matches(pattern, tensor.name)) { continue; }
            if (!packable(tensor)) { return refuse_tensor(tensor, pattern); }
            take = true;
        }
        if (take) { chosen.emplace_back(tensor.name); }
    }
    for (const std::string& pattern : wanted.include) {
        if (std::none_of(chosen.begin(), chosen.end(),
                         [&](const std::string& name) { return matches(pattern, name); })) {
            return error{errc::no_effect,
                         "--include '" + pattern + "' matches no tensor of " + source.path()};
        }
    }
    for (const std::string& pattern : wanted.exclude) {
        const auto gone =
            std::remove_if(chosen.begin(), chosen.end(),
                           [&](const std::string& name) { return matches(pattern, name); });
        if (gone == chosen.end()) {
            return error{errc::no_effect,
                         "--exclude '" + pattern + "' matches no tensor that would be quantized"};
        }
        chosen.erase(gone, chosen.end());
    }
    if (chosen.empty()) {
        return error{errc::no_effect,
                     "no tensor is left to quantize; widen --include or drop --exclude"};
    }
    return chosen;
}

}  // namespace quantize_model

// SPDX-License-Identifier: MIT
// Which tensors of a checkpoint are quantized.
#pragma once

#include "options.hpp"

#include <gradus/core/result.hpp>
#include <gradus/io/safetensors_directory.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace quantize_model {

/// A tensor name against a shell pattern: `*` any text, `?` any character.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

/// The matrices of the decoder blocks, in file order; or what --include names, less --exclude.
/// Errors: a pattern without effect, a tensor that cannot be packed, nothing left.
[[nodiscard]] gradus::result<std::vector<std::string>>
chosen_tensors(const gradus::safetensors_source& source, const options& wanted);

}  // namespace quantize_model

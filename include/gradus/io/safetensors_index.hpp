// SPDX-License-Identifier: MIT
// The index of a sharded checkpoint: which file holds which tensor.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/io/file_error.hpp>
#include <gradus/io/safetensors_json.hpp>
#include <gradus/io/strict_json.hpp>
#include <gradus/io/tensor_info.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace gradus {
inline namespace GRADUS_ISA {

/// A file name that cannot leave its directory: no separators, no control characters.
[[nodiscard]] inline bool plain_shard_name(std::string_view name) {
    for (const char c : name) {
        if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20) { return false; }
    }
    return name.size() > 12 && name.substr(name.size() - 12) == ".safetensors";
}

/// The `weight_map` of `model.safetensors.index.json`: tensor name to shard name.
///
/// Rules:  a non-empty object of strings; shards are plain file names ending in `.safetensors`.
///         Other keys (`metadata`) are not used.
/// Source: Hugging Face transformers, sharded checkpoints.
[[nodiscard]] inline result<string_map> parse_safetensors_index(std::string_view text,
                                                                std::string_view file) {
    const result<nlohmann::json> index = parse_json_object(text, file);
    if (!index) { return index.error(); }
    const auto entry = index->find("weight_map");
    if (entry == index->end() || !entry->is_object() || entry->empty()) {
        return file_error(errc::malformed, file,
                          "weight_map is missing or empty (expected tensor to shard)");
    }
    string_map shards;
    for (const auto& item : entry->items()) {
        const auto* shard = item.value().get_ptr<const std::string*>();
        if (shard == nullptr) {
            return tensor_error(errc::malformed, file, item.key(),
                                "weight_map value is not a string");
        }
        if (!plain_shard_name(*shard)) {
            return tensor_error(errc::malformed, file, item.key(), "shard ", quote_name(*shard),
                                " is not a plain *.safetensors file name");
        }
        shards.emplace(item.key(), *shard);
    }
    return shards;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// The header of a safetensors file: read, and every claim checked against the size of the file.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/element_type.hpp>
#include <gradus/io/file_error.hpp>
#include <gradus/io/safetensors_json.hpp>
#include <gradus/io/strict_json.hpp>
#include <gradus/io/tensor_info.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Limits and constants of the format. Source: safetensors 0.5, `MAX_HEADER_SIZE`.
inline constexpr index_t safetensors_length_bytes = 8;  ///< little-endian length of the JSON text
inline constexpr index_t safetensors_longest_header = 100'000'000;

struct safetensors_header {
    std::vector<tensor_info> tensors;  ///< by offset; they tile the data section exactly
    std::vector<index_t> by_name;      ///< positions in `tensors`, sorted by name
    string_map metadata;
    index_t data_begin;  ///< of the data section, from the start of the file

    /// The position of the tensor called `name`, or the number of tensors.
    [[nodiscard]] index_t find(std::string_view name) const {
        const auto before = [this](index_t i, std::string_view n) { return tensors[i].name < n; };
        const auto it = std::lower_bound(by_name.begin(), by_name.end(), name, before);
        if (it == by_name.end() || tensors[*it].name != name) { return tensors.size(); }
        return *it;
    }
};

/// The JSON text of the header, which must lie within the file.
[[nodiscard]] inline result<std::string_view>
safetensors_header_text(std::span<const std::byte> bytes, std::string_view file) {
    if (bytes.size() < safetensors_length_bytes) {
        return file_error(errc::malformed, file, "file has ", bytes.size(),
                          " bytes (a safetensors file starts with an 8-byte length). Truncated?");
    }
    std::uint64_t length = 0;
    for (index_t i = safetensors_length_bytes; i-- > 0;) {
        length = (length << 8) | std::to_integer<std::uint64_t>(bytes[i]);
    }
    const index_t rest = bytes.size() - safetensors_length_bytes;
    if (length > rest) {
        return file_error(errc::malformed, file, "header length ", length, " exceeds the ", rest,
                          " bytes after it. Truncated, or not a safetensors file?");
    }
    if (length > safetensors_longest_header) {
        return file_error(errc::malformed, file, "header length ", length,
                          " exceeds the limit of 100000000");
    }
    const auto* text = reinterpret_cast<const char*>(bytes.data() + safetensors_length_bytes);
    if (length == 0 || *text != '{') {
        return file_error(errc::malformed, file,
                          "header does not start with '{'. Not a safetensors file?");
    }
    return std::string_view{text, length};
}

/// Checks one entry by itself: known type, sane shape, bytes inside the data section.
[[nodiscard]] inline result<tensor_info>
check_declaration(tensor_declaration entry, index_t data_bytes, std::string_view file) {
    const auto refuse = [&](errc code, const auto&... parts) {
        return tensor_error(code, file, entry.name, parts...);
    };
    const auto type = element_type_named(entry.dtype);
    if (!type) {
        return refuse(errc::unsupported, "dtype ", quote_name(entry.dtype), " is not known here");
    }
    const auto bytes = tensor_bytes(*type, entry.shape);
    const std::string shape = shape_text(entry.shape);
    if (!bytes) { return refuse(errc::malformed, "shape ", shape, " overflows 2^63 - 1 bytes"); }
    const index_t begin = entry.offsets[0];
    const index_t end = entry.offsets[1];
    if (begin > end) {
        return refuse(errc::malformed, "data_offsets begin ", begin, " lies behind end ", end);
    }
    if (end > data_bytes) {
        return refuse(errc::malformed, "data_offsets end ", end,
                      " lies beyond the data section of ", data_bytes, " bytes. Truncated file?");
    }
    if (end - begin != *bytes) {
        return refuse(errc::malformed, "data_offsets span ", end - begin, " bytes (expected ",
                      *bytes, " for shape ", shape, " of ", entry.dtype, ")");
    }
    return tensor_info{std::move(entry.name), *type, std::move(entry.shape), begin, *bytes};
}

/// The tensors, sorted by offset, must follow each other without overlap, gap or rest.
[[nodiscard]] inline status
check_tiling(std::span<const tensor_info> tensors, index_t data_bytes, std::string_view file) {
    index_t end = 0;
    std::string_view previous;
    for (const tensor_info& tensor : tensors) {
        if (tensor.offset < end) {
            return tensor_error(errc::malformed, file, tensor.name, "starts at ", tensor.offset,
                                " and overlaps tensor ", quote_name(previous), ", which ends at ",
                                end);
        }
        if (tensor.offset > end) {
            return tensor_error(errc::malformed, file, tensor.name, "starts at ", tensor.offset,
                                " and leaves a gap (the tensor before ends at ", end,
                                "). The format allows none");
        }
        end += tensor.bytes;
        previous = tensor.name;
    }
    if (end == data_bytes) { return done{}; }
    return file_error(errc::malformed, file, data_bytes - end,
                      " trailing bytes after the last tensor. The format allows none");
}

/// Sorts the names and refuses equal ones.
[[nodiscard]] inline result<std::vector<index_t>>
index_by_name(std::span<const tensor_info> tensors, std::string_view file) {
    std::vector<index_t> order(tensors.size());
    for (index_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::sort(order.begin(), order.end(),
              [&](index_t a, index_t b) { return tensors[a].name < tensors[b].name; });
    for (index_t i = 1; i < order.size(); ++i) {
        const std::string& name = tensors[order[i]].name;
        if (name == tensors[order[i - 1]].name) {
            return tensor_error(errc::malformed, file, name, "appears twice in the header");
        }
    }
    return order;
}

/// Reads the header at the front of `bytes`, the whole file.
///
/// Errors: malformed, or unsupported for an unknown dtype or too many extents; each names `file`,
///         the tensor and the rule.
/// Memory: a small multiple of the header's length, which the file's size bounds.
[[nodiscard]] inline result<safetensors_header>
parse_safetensors_header(std::span<const std::byte> bytes, std::string_view file) {
    const result<std::string_view> text = safetensors_header_text(bytes, file);
    if (!text) { return text.error(); }
    safetensors_json json;
    if (const status read = read_json(text.value(), file, json); !read) { return read.error(); }

    safetensors_header header;
    header.data_begin = safetensors_length_bytes + text.value().size();
    header.metadata = std::move(json.metadata);
    const index_t data_bytes = bytes.size() - header.data_begin;
    header.tensors.reserve(json.declarations.size());
    for (tensor_declaration& entry : json.declarations) {
        result<tensor_info> tensor = check_declaration(std::move(entry), data_bytes, file);
        if (!tensor) { return tensor.error(); }
        header.tensors.push_back(std::move(tensor).value());
    }
    // Stable, and empty tensors before the one that starts at the same offset.
    std::stable_sort(header.tensors.begin(), header.tensors.end(),
                     [](const tensor_info& a, const tensor_info& b) {
                         return a.offset != b.offset ? a.offset < b.offset : a.bytes < b.bytes;
                     });
    result<std::vector<index_t>> names = index_by_name(header.tensors, file);
    if (!names) { return names.error(); }
    header.by_name = std::move(names).value();
    if (const status tiled = check_tiling(header.tensors, data_bytes, file); !tiled) {
        return tiled.error();
    }
    return header;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

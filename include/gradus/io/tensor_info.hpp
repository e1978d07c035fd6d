// SPDX-License-Identifier: MIT
// What a file says about a tensor, and a view of its bytes.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/element_type.hpp>
#include <gradus/io/file_error.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// One entry of a header. Once read from a file, `bytes` equals the shape times the element size.
struct tensor_info {
    std::string name;
    element_type dtype;
    std::vector<index_t> shape;
    index_t offset;  ///< of the first byte, from the start of the data section
    index_t bytes;
};

/// One tensor of an open file, without a copy. Valid as long as any handle of that file lives.
struct tensor_view {
    std::string_view file;  ///< the path, for messages
    std::string_view name;
    element_type dtype;
    std::span<const index_t> shape;
    std::span<const std::byte> data;

    [[nodiscard]] index_t elements() const noexcept { return data.size() / bytes_of(dtype); }

    /// The last extent; a scalar is one row of one column.
    [[nodiscard]] index_t cols() const noexcept { return shape.empty() ? 1 : shape.back(); }

    /// All extents but the last, flattened; zero for an empty tensor.
    [[nodiscard]] index_t rows() const noexcept { return cols() == 0 ? 0 : elements() / cols(); }
};

/// The bytes that `shape` elements of `type` occupy, or nothing beyond 2^63 - 1. Zero extents are
/// left out of the check, so that it does not depend on the order of the extents.
[[nodiscard]] inline std::optional<index_t> tensor_bytes(element_type type,
                                                         std::span<const index_t> shape) {
    constexpr index_t largest = ~index_t{0} >> 1;
    index_t bytes = bytes_of(type);
    bool empty = false;
    for (const index_t extent : shape) {
        if (extent == 0) {
            empty = true;
        } else if (bytes > largest / extent) {
            return std::nullopt;
        } else {
            bytes *= extent;
        }
    }
    return empty ? 0 : bytes;
}

/// "[768, 3072]".
[[nodiscard]] inline std::string shape_text(std::span<const index_t> shape) {
    std::string text = "[";
    for (const index_t extent : shape) {
        if (text.size() > 1) { text += ", "; }
        text += std::to_string(extent);
    }
    return text + "]";
}

/// The error `file: tensor 'name': parts...`.
template <message_part... Parts>
[[nodiscard]] error
tensor_error(errc code, std::string_view file, std::string_view name, const Parts&... parts) {
    return file_error(code, file, "tensor ", quote_name(name), ": ", parts...);
}

}  // namespace GRADUS_ISA
}  // namespace gradus

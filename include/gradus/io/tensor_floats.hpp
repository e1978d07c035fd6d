// SPDX-License-Identifier: MIT
// Stored floats of 16 or 32 bits as float, exactly; and the first one that is not finite.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/half.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/element_type.hpp>
#include <gradus/io/tensor_info.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

static_assert(std::endian::native == std::endian::little, "file formats here are little-endian");

/// Half `Float` (f16 or bf16) to float; `data` needs no alignment.
template <class Float>
void widen_stored(std::span<const std::byte> data,  // [2 * out.size()]
                  std::span<float> out) {
    GRADUS_EXPECT(data.size() == out.size() * sizeof(Float));
    for (index_t i = 0; i < out.size(); ++i) {
        Float stored;
        std::memcpy(&stored, data.data() + i * sizeof(Float), sizeof(Float));
        out[i] = stored.value();
    }
}

/// Writes every element of `tensor` to `out`, row-major and exactly; NaN and infinity pass.
///
/// Errors: unsupported unless the dtype is F32, F16 or BF16; invalid_argument for a wrong size.
[[nodiscard]] inline status read_floats(const tensor_view& tensor, std::span<float> out) {
    if (out.size() != tensor.elements()) {
        return tensor_error(errc::invalid_argument, tensor.file, tensor.name, "has ",
                            tensor.elements(), " elements (the caller expects ", out.size(), ")");
    }
    switch (tensor.dtype) {
    case element_type::f32:
        if (!out.empty()) { std::memcpy(out.data(), tensor.data.data(), tensor.data.size()); }
        return done{};
    case element_type::f16:
        widen_stored<f16>(tensor.data, out);
        return done{};
    case element_type::bf16:
        widen_stored<bf16>(tensor.data, out);
        return done{};
    default:
        break;
    }
    return tensor_error(errc::unsupported, tensor.file, tensor.name, "dtype ",
                        name_of(tensor.dtype),
                        " cannot be read as weights (supported: F32, F16, BF16)");
}

/// Where a matrix holds a NaN or an infinity.
struct matrix_position {
    index_t row;
    index_t col;
};

/// The first element, row by row, that is NaN or infinite.
[[nodiscard]] inline std::optional<matrix_position> find_nonfinite(weights_view matrix) {
    for (index_t r = 0; r < matrix.rows; ++r) {
        const std::span<const float> row = matrix.row(r);
        for (index_t c = 0; c < row.size(); ++c) {
            if (!std::isfinite(row[c])) { return matrix_position{r, c}; }
        }
    }
    return std::nullopt;
}

/// `read_floats`, and a `nonfinite` error naming row and column where a value is not finite.
[[nodiscard]] inline status read_finite_floats(const tensor_view& tensor, std::span<float> out) {
    if (status read = read_floats(tensor, out); !read) { return read; }
    const auto found = find_nonfinite({out.data(), tensor.rows(), tensor.cols()});
    if (!found) { return done{}; }
    const float value = out[found->row * tensor.cols() + found->col];
    return tensor_error(errc::nonfinite, tensor.file, tensor.name,
                        std::isnan(value) ? "NaN" : "infinity", " at row ", found->row, ", column ",
                        found->col, ". Broken checkpoint?");
}

}  // namespace GRADUS_ISA
}  // namespace gradus

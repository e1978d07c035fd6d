// SPDX-License-Identifier: MIT
// How statistics are laid out in a file: names, types and shapes.
#pragma once

#include <gradus/calibrate/input_statistics.hpp>
#include <gradus/io/element_type.hpp>

#include <cmath>
#include <concepts>
#include <span>
#include <string_view>
#include <type_traits>

namespace gradus {
inline namespace GRADUS_ISA {

/// Version 1: the tensors of each input, in this order, under its name and a slash:
///
///     counts      U64 [2]             tokens, batches
///     mean        F64 [n]
///     squares     F64 [n]             sums of (x - mean)^2
///     magnitudes  F64 [n]             sums of |x|
///     products    F32 or F64 [n (n + 1) / 2]   rows of the lower triangle of X^T X (where kept)
///     cross       F32 or F64 [n, n]            Z^T X (where kept)
///
/// All numbers are finite; squares, magnitudes and the diagonal of X^T X are not negative.
struct statistics_tensors {
    static constexpr std::string_view format_key = "gradus.statistics";
    static constexpr std::string_view format = "1";
    static constexpr std::string_view checksum_key = "checksum";

    static constexpr std::string_view counts = "/counts";
    static constexpr std::string_view mean = "/mean";
    static constexpr std::string_view squares = "/squares";
    static constexpr std::string_view magnitudes = "/magnitudes";
    static constexpr std::string_view products = "/products";
    static constexpr std::string_view cross = "/cross";

    /// Of the sums of products.
    template <std::floating_point T>
    static constexpr element_type type =
        std::is_same_v<T, float> ? element_type::f32 : element_type::f64;
};

/// The position of the first value that is NaN or infinite; values.size() where there is none.
template <std::floating_point T> [[nodiscard]] index_t first_nonfinite(std::span<const T> values) {
    index_t i = 0;
    while (i < values.size() && std::isfinite(values[i])) {
        ++i;
    }
    return i;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Keys and values that a cache cannot hold.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/core/result.hpp>
#include <gradus/layout/kv_block.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// The length of a head's vector bounds every value that a rotation can give it; without one the
/// values themselves count.
[[nodiscard]] inline std::optional<errc> fault_of_kv_head(floats x, bool rotated) {
    constexpr double largest = 65504.0;  // of f16
    float high = 0.0f;
    bool finite = true;
    for (const float v : x) {
        const float size = std::abs(v);
        finite = finite && size <= std::numeric_limits<float>::max();
        high = size > high ? size : high;
    }
    const double length = rotated ? std::sqrt(static_cast<double>(x.size())) : 1.0;
    if (finite && static_cast<double>(high) * length <= largest) { return std::nullopt; }
    double squares = 0.0;
    double most = 0.0;
    for (const float v : x) {
        if (!std::isfinite(v)) { return errc::nonfinite; }
        const auto wide = static_cast<double>(v);
        squares += wide * wide;
        most = std::max(most, std::abs(wide));
    }
    const bool fits = rotated ? squares <= largest * largest : most <= largest;
    return fits ? std::nullopt : std::optional{errc::out_of_range};
}

/// The first token with a fault, if any. Errors: nonfinite; out_of_range beyond 65504.
[[nodiscard]] inline std::optional<error>
find_bad_kv_input(index_t layer,
                  index_t first,  // position of row 0
                  const kv_block_shape& shape,
                  bool rotated,
                  matrix_view<const float> keys,      // [tokens, heads * width]
                  matrix_view<const float> values) {  // [tokens, heads * width]
    for (index_t t = 0; t < keys.rows; ++t) {
        for (index_t head = 0; head < shape.heads; ++head) {
            for (const kv_kind kind : {kv_kind::key, kv_kind::value}) {
                const bool key = kind == kv_kind::key;
                const auto row = (key ? keys : values).row(t);
                const auto fault =
                    fault_of_kv_head(row.subspan(head * shape.width, shape.width), rotated);
                if (!fault) { continue; }
                const std::string where = "layer " + std::to_string(layer) + ", head " +
                                          std::to_string(head) + ", token " +
                                          std::to_string(first + t);
                const std::string what = *fault == errc::nonfinite
                                           ? " is NaN or infinite"
                                           : " is beyond 65504 (16-bit floats hold no more)";
                return error{*fault,
                             std::string{key ? "a key" : "a value"} + " of " + where + what};
            }
        }
    }
    return std::nullopt;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

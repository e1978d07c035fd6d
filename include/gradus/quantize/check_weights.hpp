// SPDX-License-Identifier: MIT
// What is refused before any work is done.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/core/result.hpp>
#include <gradus/simd/lanes.hpp>

#include <cmath>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// Whether all values of a row are finite: only then is their sum, each times zero, zero.
[[nodiscard]] inline bool all_finite(floats row) {
    using simd::f32x16;
    f32x16 sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    index_t i = 0;
    for (; i + 64 <= row.size(); i += 64) {
        simd::unrolled<4>([&](index_t j) GRADUS_INLINE_LAMBDA {
            sums[j] = fused(f32x16::load(row.data() + i + 16 * j), f32x16(0.0f), sums[j]);
        });
    }
    bool finite = !any((sums[0] + sums[1]) + (sums[2] + sums[3]) != f32x16(0.0f));
    for (; i < row.size(); ++i) {
        finite = finite && std::isfinite(row[i]);
    }
    return finite;
}

[[nodiscard]] inline std::string shape_text(weights_view w) {
    return "[" + std::to_string(w.rows) + ", " + std::to_string(w.cols) + "]";
}

/// A matrix that is not empty, one finite, non-negative importance a column (or none).
[[nodiscard]] inline status check_shape(weights_view w, floats importance) {
    const std::string shape = shape_text(w);
    if (w.rows == 0 || w.cols == 0) {
        return error{errc::no_effect,
                     "matrix " + shape + " is empty (nothing would be quantized); leave it out"};
    }
    if (!importance.empty() && importance.size() != w.cols) {
        return error{errc::invalid_argument, std::to_string(importance.size()) +
                                                 " importances for matrix " + shape +
                                                 " (one a column is needed)"};
    }
    for (index_t c = 0; c < importance.size(); ++c) {
        if (!(importance[c] >= 0.0f) || !std::isfinite(importance[c])) {
            return error{errc::nonfinite, "importance of column " + std::to_string(c) +
                                              " is negative or not finite"};
        }
    }
    return done{};
}

/// Finite values.
[[nodiscard]] inline status check_values(weights_view w) {
    for (index_t r = 0; r < w.rows; ++r) {
        if (all_finite(w.row(r))) { continue; }
        for (index_t c = 0; c < w.cols; ++c) {
            if (!std::isfinite(w(r, c))) {
                return error{errc::nonfinite,
                             "weight (" + std::to_string(r) + ", " + std::to_string(c) +
                                 ") of matrix " + shape_text(w) +
                                 " is not finite (a grid cannot hold it); repair the checkpoint"};
            }
        }
    }
    return done{};
}

}  // namespace GRADUS_ISA
}  // namespace gradus

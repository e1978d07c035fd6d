// SPDX-License-Identifier: MIT
// Matrices of reproducible noise.
#pragma once

#include "seed.hpp"

#include <gradus/core/matrix_view.hpp>
#include <gradus/core/random.hpp>

#include <vector>

namespace gradus::test {

/// Uniform in [-scale, scale), keyed by the suite's seed and `stream`.
inline std::vector<float> noise(index_t count, std::uint64_t stream, float scale = 1.0f) {
    const random_key key = random_key::of(seed(), stream);
    std::vector<float> values(count);
    for (index_t i = 0; i < count; ++i) {
        values[i] = scale * static_cast<float>(2.0 * key.uniform(i) - 1.0);
    }
    return values;
}

/// Owns its values, row-major.
struct matrix {
    index_t rows;
    index_t cols;
    std::vector<float> values;

    matrix(index_t row_count, index_t col_count)
        : rows{row_count}, cols{col_count}, values(row_count * col_count) {}

    matrix(index_t row_count, index_t col_count, std::uint64_t stream, float scale = 1.0f)
        : rows{row_count}, cols{col_count}, values{noise(row_count * col_count, stream, scale)} {}

    [[nodiscard]] matrix_view<float> view() { return {values.data(), rows, cols}; }

    [[nodiscard]] weights_view view() const { return {values.data(), rows, cols}; }

    float& operator()(index_t r, index_t c) { return values[r * cols + c]; }

    float operator()(index_t r, index_t c) const { return values[r * cols + c]; }
};

}  // namespace gradus::test

// SPDX-License-Identifier: MIT
// Plain int8 with one scale a row, for the peers that take no other.
#pragma once

#include <gradus/core/matrix_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace gradus_bench {

/// x[r, c] is about `codes[r * cols + c] * scales[r]`, codes in [-largest, largest].
struct int8_rows {
    std::vector<std::int8_t> codes;
    std::vector<float> scales;
};

inline int8_rows to_int8_rows(gradus::matrix_view<const float> x, float largest = 127.0f) {
    int8_rows made{std::vector<std::int8_t>(x.size()), std::vector<float>(x.rows)};
    for (gradus::index_t r = 0; r < x.rows; ++r) {
        float peak = 0.0f;
        for (const float value : x.row(r)) {
            peak = std::max(peak, std::abs(value));
        }
        made.scales[r] = peak / largest;
        for (gradus::index_t c = 0; c < x.cols; ++c) {
            made.codes[r * x.cols + c] =
                static_cast<std::int8_t>(std::nearbyint(x(r, c) / made.scales[r]));
        }
    }
    return made;
}

}  // namespace gradus_bench

// SPDX-License-Identifier: MIT
// The middle of several measurements.
#pragma once

#include <algorithm>
#include <vector>

namespace generate_text {

/// The upper one of the two middles of an even number; there is at least one value.
[[nodiscard]] inline double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace generate_text

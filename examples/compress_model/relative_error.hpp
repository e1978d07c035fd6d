// SPDX-License-Identifier: MIT
// What a layer's outputs lose on the inputs that were seen.
#pragma once

#include "session.hpp"

#include <gradus/calibrate/input_statistics.hpp>

namespace compress_model {

/// ||(W - Q) X||^2 / ||W X||^2. Memory: the matrix twice, and a panel of X^T X.
[[nodiscard]] double relative_error(const gradus::named_matrix& w,
                                    std::span<const float> q,  // [rows, cols]
                                    const gradus::input_statistics<>& statistics,
                                    gradus::thread_pool& threads);

}  // namespace compress_model

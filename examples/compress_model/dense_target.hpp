// SPDX-License-Identifier: MIT
// Weights that make up for what earlier matrices have lost.
#pragma once

#include "session.hpp"

#include <gradus/calibrate/input_statistics.hpp>
#include <gradus/solver/factor.hpp>

namespace compress_model {

/// The factor that targets are found with, by columns as they come; none where statistics have no
/// cross products, or nothing comes in.
[[nodiscard]] std::optional<gradus::obs_factor<float>>
target_factor(const gradus::input_statistics<>& statistics, gradus::thread_pool& threads);

/// What the solver starts from: the model's weights, or `share` of the way to those that give the
/// dense model's outputs on these inputs.
[[nodiscard]] gradus::result<std::vector<float>>
target_of(const gradus::named_matrix& weights,
          const gradus::input_statistics<>& statistics,
          const std::optional<gradus::obs_factor<float>>& factor,
          double share,
          gradus::thread_pool& threads);

}  // namespace compress_model

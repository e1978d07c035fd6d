// SPDX-License-Identifier: MIT
// Weights that make up for what earlier matrices have lost.
#pragma once

#include "session.hpp"

#include <gradus/calibrate/distinct_input.hpp>
#include <gradus/calibrate/input_statistics.hpp>

namespace compress_model {

/// What the solver starts from, for each matrix that reads an input: the model's weights or, where
/// the statistics have cross products, `--match` of the way to those that give the dense model's
/// outputs on these inputs. Nobody needs the cross products after: they are dropped.
[[nodiscard]] gradus::result<std::vector<std::vector<float>>>
starts_of(const session& job,
          gradus::index_t step,
          gradus::distinct_input input,
          gradus::input_statistics<>& statistics);

}  // namespace compress_model

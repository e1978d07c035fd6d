// SPDX-License-Identifier: MIT
// Scores of channels by name, and groups of dependent channels.
#pragma once

#include "session.hpp"

#include <gradus/calibrate/input_statistics.hpp>
#include <gradus/compress/findings.hpp>

namespace compress_model {

/// What `--importance` names, for the columns of a matrix as the model has them.
/// `pivots`: U_jj with H = U U^T, in the order of the model. Errors: a score that is no number.
[[nodiscard]] gradus::result<std::vector<double>>
scores_of(const std::string& criterion,
          const gradus::named_matrix& matrix,
          const gradus::input_statistics<>& statistics,
          std::span<const double> pivots);

/// Groups of channels by the correlation in H: as many as `--clusters` says, or as many as make the
/// best silhouette ("auto"). One label a channel.
[[nodiscard]] gradus::result<std::vector<gradus::index_t>>
groups_of(const std::string& clusters,
          const gradus::input_statistics<>& statistics,
          std::vector<gradus::finding>& findings);

/// Storage order of grouped channels: groups by their mean sensitivity, channels within by theirs.
[[nodiscard]] std::vector<gradus::index_t> grouped_order(std::span<const gradus::index_t> groups,
                                                         std::span<const double> sensitivity);

}  // namespace compress_model

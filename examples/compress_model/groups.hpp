// SPDX-License-Identifier: MIT
// The order in which the columns of an input are stored: as they come, sorted, or in groups of
// channels that depend on each other.
#pragma once

#include "session.hpp"

#include <gradus/calibrate/input_statistics.hpp>
#include <gradus/calibrate/token_sample.hpp>
#include <gradus/compress/findings.hpp>

namespace compress_model {

/// The columns of an input as they will be stored.
struct stored_input {
    std::vector<gradus::index_t> order;
    bool permuted = false;                       ///< the order is stored, and counted
    std::vector<gradus::index_t> clusters = {};  ///< the first column of each, as stored; or none
};

/// Tokens of an input that histograms look at.
inline constexpr gradus::index_t most_sampled = 4096;

/// The positions of those tokens in the calibration text; none where no histogram is wanted.
[[nodiscard]] std::vector<gradus::index_t> sampled_tokens(const session& job);

/// `sensitivity`: of the columns as the model has them. `some`: tokens of the input where
/// dependence is by histogram, else null. What groups there are is told in `findings`.
/// Errors: those of the clustering; an input that is too wide for histograms.
[[nodiscard]] gradus::result<stored_input>
storage_order(const session& job,
              const gradus::input_statistics<>& statistics,
              const gradus::token_sample* some,
              std::span<const double> sensitivity,
              std::vector<gradus::finding>& findings);

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// The statistics of the dense model's blocks, from the record or from a forward pass.
#pragma once

#include "session.hpp"

#include <gradus/calibrate/collect.hpp>

namespace compress_model {

/// What is known of a block's inputs.
struct block_inputs {
    gradus::step_statistics<> statistics;
    gradus::step_samples samples = {};  ///< of tokens, where groups are found by them
};

/// Steps are asked for in ascending order. Statistics that are collected go into the record, so
/// that surveys with other zeros, and a resumed job, need no pass; samples of tokens want one.
class step_source {
  public:
    explicit step_source(const session& job) : job_{job} {}

    /// Errors: those of calibration; a damaged record.
    [[nodiscard]] gradus::result<block_inputs> at(gradus::index_t step);

  private:
    [[nodiscard]] gradus::status catch_up(gradus::index_t step);
    [[nodiscard]] gradus::result<gradus::step_statistics<>> read(const std::string& path) const;

    const session& job_;
    std::optional<gradus::block_stream<gradus::llama>> stream_;
};

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// One pass over the dense model: what each column of each matrix costs at each width.
#pragma once

#include "factors.hpp"
#include "groups.hpp"
#include "session.hpp"

#include <gradus/calibrate/input_statistics.hpp>
#include <gradus/compress/findings.hpp>
#include <gradus/compress/loss_worth.hpp>

#include <map>
#include <string>
#include <vector>

namespace compress_model {

struct survey {
    std::vector<gradus::matrix_losses> matrices;
    std::map<std::string, stored_input> inputs;  ///< by `input_name`
    std::vector<std::vector<double>> scores;     ///< [matrices][columns as stored]; may be empty
    std::vector<gradus::loss_worth> worths;      ///< alpha of each matrix
    std::vector<gradus::finding> findings;
    std::uint64_t other_bits = 0;  ///< permutations
    double seconds = 0.0;
};

/// `tag`: of the zeros, in the names of the record's files.
[[nodiscard]] gradus::result<survey>
survey_model(const session& job, const zero_rule& zeros, const std::string& tag);

/// The same for rounding each weight by itself: squared errors relative to a matrix's squares,
/// columns as they come, no calibration and no pruning.
[[nodiscard]] gradus::result<survey> survey_rounding(const session& job);

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// One pass over the dense model: what each column of each matrix costs at each width.
#pragma once

#include "session.hpp"

#include <gradus/calibrate/input_statistics.hpp>
#include <gradus/compress/findings.hpp>

#include <map>
#include <string>
#include <vector>

namespace compress_model {

/// The columns of an input as they will be stored.
struct stored_input {
    std::vector<gradus::index_t> order;
    bool permuted = false;  ///< the order is stored, and counted
};

struct survey {
    std::vector<gradus::matrix_losses> matrices;
    std::map<std::string, stored_input> inputs;  ///< by `input_name`
    std::vector<std::vector<double>> scores;     ///< [matrices][columns as stored]; may be empty
    std::vector<gradus::finding> findings;
    std::uint64_t other_bits = 0;  ///< permutations
    double seconds = 0.0;
};

/// H of an input with its columns in another order.
[[nodiscard]] gradus::hessian<float> hessian_in_order(const gradus::input_statistics<>& statistics,
                                                      std::span<const gradus::index_t> order);

/// The factor in which a matrix is worked through: columns by falling 1 / [H^-1]_jj, those that
/// nothing else can answer for first; as they lie where zeros are chosen among neighbours.
/// `stored`: the storage order; `lone`: see `lone_curvature`.
[[nodiscard]] gradus::result<gradus::ordered_factor<float>>
processing_factor(const session& job,
                  const gradus::input_statistics<>& statistics,
                  std::span<const gradus::index_t> stored,
                  std::span<const double> lone,
                  const zero_rule& zeros);

/// 1 / [H^-1]_jj of the columns as the model has them. Errors: those of `factorize`.
[[nodiscard]] gradus::result<std::vector<double>>
lone_curvature(const session& job, const gradus::input_statistics<>& statistics);

[[nodiscard]] gradus::result<survey> survey_model(const session& job, const zero_rule& zeros);

/// The same for rounding each weight by itself: squared errors relative to a matrix's squares,
/// columns as they come, no calibration and no pruning.
[[nodiscard]] gradus::result<survey> survey_rounding(const session& job);

/// The factor of inputs that have nothing to do with each other: under it, solving is rounding.
[[nodiscard]] gradus::result<gradus::ordered_factor<float>>
factor_of_nothing(gradus::index_t n, gradus::thread_pool& threads);

}  // namespace compress_model

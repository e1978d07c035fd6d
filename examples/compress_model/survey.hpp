// SPDX-License-Identifier: MIT
// One pass over the dense model: what each column of each matrix costs at each width.
#pragma once

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

/// H of an input with its columns in another order.
[[nodiscard]] gradus::hessian<float> hessian_in_order(const gradus::input_statistics<>& statistics,
                                                      std::span<const gradus::index_t> order);

/// The factor of an input's columns as they are stored, worked through in `order`.
/// Memory: n^2 values. Errors: those of `factorize`.
[[nodiscard]] gradus::result<gradus::ordered_factor<float>>
factor_in_order(const gradus::input_statistics<>& statistics,
                std::span<const gradus::index_t> stored,
                std::vector<gradus::index_t> order,
                const session& job);

/// The order in which columns are worked through: by falling 1 / [H^-1]_jj, those that nothing
/// else can answer for first; as they lie where zeros are chosen among neighbours. `lone`: of the
/// columns as they are stored, see `lone_curvature`.
[[nodiscard]] std::vector<gradus::index_t>
processing_order(const session& job, std::span<const double> lone, const zero_rule& zeros);

/// The factor in that order. `stored`: the storage order; `lone`: of the columns as the model has
/// them.
[[nodiscard]] gradus::result<gradus::ordered_factor<float>>
processing_factor(const session& job,
                  const gradus::input_statistics<>& statistics,
                  std::span<const gradus::index_t> stored,
                  std::span<const double> lone,
                  const zero_rule& zeros);

/// 1 / [H^-1]_jj of the columns as the model has them. Errors: those of `factorize`.
[[nodiscard]] gradus::result<std::vector<double>>
lone_curvature(const session& job, const gradus::input_statistics<>& statistics);

/// `tag`: of the zeros, in the names of the record's files.
[[nodiscard]] gradus::result<survey>
survey_model(const session& job, const zero_rule& zeros, const std::string& tag);

/// The same for rounding each weight by itself: squared errors relative to a matrix's squares,
/// columns as they come, no calibration and no pruning.
[[nodiscard]] gradus::result<survey> survey_rounding(const session& job);

/// The factor of inputs that have nothing to do with each other: under it, solving is rounding.
[[nodiscard]] gradus::result<gradus::ordered_factor<float>>
factor_of_nothing(gradus::index_t n, gradus::thread_pool& threads);

}  // namespace compress_model

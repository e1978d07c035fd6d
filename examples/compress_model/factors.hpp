// SPDX-License-Identifier: MIT
// The damped Hessian of an input, factored in the order that its columns are worked through.
#pragma once

#include "session.hpp"

#include <gradus/calibrate/input_statistics.hpp>
#include <gradus/solver/step_order.hpp>

namespace compress_model {

/// H of an input with its columns in another order.
[[nodiscard]] gradus::hessian<float> hessian_in_order(const gradus::input_statistics<>& statistics,
                                                      std::span<const gradus::index_t> order);

/// The factor of an input's columns as they are stored, worked through in `order`.
/// Memory: n^2 values. Errors: those of `factorize`.
[[nodiscard]] gradus::result<gradus::ordered_factor<float>>
factor_in_order(const gradus::input_statistics<>& statistics,
                std::span<const gradus::index_t> stored,
                std::vector<gradus::index_t> order,
                const session& job,
                const zero_rule& zeros);

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
[[nodiscard]] gradus::result<std::vector<double>> lone_curvature(
    const session& job, const gradus::input_statistics<>& statistics, const zero_rule& zeros);

/// The factor of inputs that have nothing to do with each other: under it, solving is rounding.
[[nodiscard]] gradus::result<gradus::ordered_factor<float>>
factor_of_nothing(gradus::index_t n, gradus::thread_pool& threads);

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// The solver with the program's menu: compiled once, called from everywhere.
#pragma once

#include <gradus/core/thread_pool.hpp>
#include <gradus/io/packed_reader.hpp>
#include <gradus/model/matrix_part.hpp>
#include <gradus/solver/obs_mixed.hpp>
#include <gradus/solver/step_order.hpp>

#include <span>

namespace compress_model {

/// Which weights become zero: none, a share of them all, or two of every four.
struct zero_rule {
    enum class kind : std::uint8_t { none, share, two_of_four };

    kind choice = kind::none;
    double share = 0.0;
};

/// `gradus::obs_mixed` on `gradus::compress_menu`; `options.order` is set to the factor's.
[[nodiscard]] gradus::result<gradus::mixed_codes>
solve_matrix(gradus::matrix_view<float> weights,
             const gradus::ordered_factor<float>& factor,
             std::span<const gradus::run_recipe> runs,
             const zero_rule& zeros,
             gradus::obs_options options,
             gradus::thread_pool& threads);

/// Prunes without quantizing; returns the loss, in the solver's unit.
[[nodiscard]] gradus::result<double> prune_matrix(gradus::matrix_view<float> weights,
                                                  const gradus::ordered_factor<float>& factor,
                                                  const zero_rule& zeros,
                                                  gradus::obs_options options,
                                                  gradus::thread_pool& threads);

/// A part of a packed file as a term of a linear layer.
[[nodiscard]] gradus::result<gradus::part_pointer> open_part(const gradus::packed_file& file,
                                                             const gradus::described_matrix& matrix,
                                                             const gradus::described_part& part);

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// The solver at one input: all matrices that read it.
#pragma once

#include "running_plan.hpp"
#include "solve.hpp"

#include <gradus/calibrate/distinct_input.hpp>

namespace compress_model {

/// Solves the matrices of an input and puts them into the model.
class input_job {
  public:
    input_job(const session& job,
              const survey& known,
              running_plan& plan,
              const zero_rule& zeros,
              method how,
              gradus::llama& model,
              solved_model& out)
        : job_{job},
          known_{known},
          plan_{plan},
          zeros_{zeros},
          how_{how},
          model_{model},
          out_{out} {}

    /// The last input of the model is solved again until its plan is met. Statistics lose their
    /// cross products on the way.
    [[nodiscard]] gradus::status operator()(gradus::index_t step,
                                            gradus::distinct_input input,
                                            gradus::input_statistics<>& statistics);

    /// Lets the plan of what comes after an input follow: from block to block, and in the last one
    /// from input to input.
    void follow(gradus::index_t step, gradus::distinct_input input);

  private:
    /// What all matrices of an input share.
    struct shared {
        const stored_input& stored;
        const gradus::input_statistics<>& statistics;
        gradus::ordered_factor<float> factor;
    };

    [[nodiscard]] gradus::result<gradus::ordered_factor<float>>
    factor_of(const gradus::input_statistics<>& statistics, const stored_input& stored);

    /// What the solver gave, and what pruning alone loses; below 0: nothing is pruned.
    struct outcome {
        gradus::mixed_codes codes;
        double pruned_loss = -1.0;
    };

    [[nodiscard]] gradus::obs_options options_of_obs() const;

    [[nodiscard]] gradus::result<outcome> codes_of(std::vector<float>& w,
                                                   const gradus::matrix_plan& plan,
                                                   const gradus::ordered_factor<float>& f) const;

    [[nodiscard]] gradus::result<outcome>
    best_codes(std::vector<float>& w, const gradus::matrix_plan& plan, const shared& input) const;

    /// From `start`, see `starts_of`.
    [[nodiscard]] gradus::result<solved_matrix>
    solve_one(const std::string& name, const shared& input, std::vector<float> start) const;

    [[nodiscard]] gradus::result<solved_matrix> solve_last(const std::string& name,
                                                           const shared& input,
                                                           const std::vector<float>& start,
                                                           solved_matrix first);

    const session& job_;
    const survey& known_;
    running_plan& plan_;
    const zero_rule& zeros_;
    method how_;
    gradus::llama& model_;
    solved_model& out_;
};

}  // namespace compress_model

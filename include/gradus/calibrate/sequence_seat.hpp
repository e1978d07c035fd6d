// SPDX-License-Identifier: MIT
// What one sequence needs while it runs through half a block.
#pragma once

#include <gradus/calibrate/distinct_input.hpp>
#include <gradus/model/linear.hpp>
#include <gradus/model/workspace.hpp>

#include <algorithm>
#include <concepts>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A model whose blocks can be run in halves: their parts are known by the names of
/// `grouped_query` and `gated`, and one cache serves one step.
template <class Model>
concept calibratable = requires(const Model& m, index_t i) {
    m.plan();
    m.position();
    m.make_cache(i);
    { m.blocks[i].attention.output } -> std::convertible_to<const linear&>;
    { m.blocks[i].feed_forward.down } -> std::convertible_to<const linear&>;
};

/// Cache, scratch and the two inputs of the half that ran last, which stay until the next run:
/// the norm's output, and the input of the last matrix. Inputs are taken as the model computes
/// them, before any transform that a layer applies to its own.
template <calibratable Model> class sequence_seat {
  public:
    sequence_seat(const Model& model, index_t longest)
        : cache_{model.make_cache(longest)},
          scratch_{scratch(model, longest)},
          entry_(longest * model.width()),
          exit_(longest * widest_exit(model)) {}

    /// Without the scratch of the cache itself.
    [[nodiscard]] index_t memory() const {
        return cache_.size_in_bytes() +
               (scratch_.capacity() + entry_.size() + exit_.size()) * sizeof(float);
    }

    /// Computes the entry of a half, and its exit too if that is asked for; x is only read.
    void run(const Model& model,
             index_t step,
             block_half half,
             matrix_view<const float> x,  // [tokens, width]
             bool to_exit) {
        const auto& block = model.blocks[model.plan()[step].block];
        const bool attends = half == block_half::attention;
        const index_t width = last_of(block, half).cols();
        entry_view_ = {entry_.data(), x.rows, x.cols};
        exit_view_ = {exit_.data(), x.rows, width};
        (attends ? block.attention_norm : block.feed_forward_norm)(x, entry_view_);
        if (!to_exit) { return; }
        if (attends) {
            cache_.reset();
            block.attention.mix(entry_view_, model.position(), cache_, exit_view_, scratch_);
        } else {
            block.feed_forward.open(entry_view_, exit_view_, scratch_);
        }
    }

    /// Ends the half: x += gain * last matrix(exit).
    void add_to(matrix_view<float> x, const Model& model, index_t step, block_half half) {
        const auto& plan = model.plan()[step];
        last_of(model.blocks[plan.block], half).add(exit_view_, x, plan.gain, scratch_);
    }

    [[nodiscard]] matrix_view<const float> entry() const { return entry_view_; }

    [[nodiscard]] matrix_view<const float> exit() const { return exit_view_; }

    /// The matrix at the end of a half.
    template <class Block>
    [[nodiscard]] static const linear& last_of(const Block& block, block_half half) {
        return half == block_half::attention ? block.attention.output : block.feed_forward.down;
    }

  private:
    [[nodiscard]] static index_t widest_exit(const Model& model) {
        index_t widest = 0;
        for (const auto& block : model.blocks) {
            widest =
                std::max({widest, block.attention.output.cols(), block.feed_forward.down.cols()});
        }
        return widest;
    }

    [[nodiscard]] static index_t scratch(const Model& model, index_t tokens) {
        index_t floats = 0;
        for (const auto& block : model.blocks) {
            floats = std::max(floats, block.scratch(tokens));
        }
        return floats;
    }

    decltype(std::declval<const Model&>().make_cache(index_t{})) cache_;
    workspace scratch_;
    std::vector<float> entry_;
    std::vector<float> exit_;
    matrix_view<float> entry_view_;
    matrix_view<float> exit_view_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// A decoder: embedding, a plan of blocks, final norm, head.
#pragma once

#include <gradus/model/block.hpp>
#include <gradus/model/linear.hpp>
#include <gradus/model/sequence_batch.hpp>
#include <gradus/model/token.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// One step of a plan: which block runs, and by how much its residual additions are scaled.
struct step {
    index_t block;
    float gain = 1.0f;
};

/// Decoder-only transformer over policies: how to normalize, how to attend, how to tell positions,
/// how to feed forward. Another architecture is another alias (see llama.hpp) and its own loader.
template <normalization Norm, position_encoding Position, class Attention, class FeedForward>
class transformer {
  public:
    using block_type = block<Norm, Attention, FeedForward>;
    using position_type = Position;

    /// The plan is every block once, in order.
    transformer(token_embedding embedding,
                Position position,
                std::vector<block_type> layers,
                Norm final_norm,
                linear last)
        : blocks{std::move(layers)},
          head{std::move(last)},
          embedding_{std::move(embedding)},
          position_{std::move(position)},
          final_norm_{std::move(final_norm)} {
        GRADUS_EXPECT(head.cols() == width() && final_norm_.width() == width());
        for (index_t i = 0; i < blocks.size(); ++i) {
            plan_.push_back({i});
        }
    }

    std::vector<block_type> blocks;
    linear head;  // [vocabulary, width]

    [[nodiscard]] index_t width() const noexcept { return embedding_.width(); }

    [[nodiscard]] index_t vocabulary() const { return head.rows(); }

    /// The longest sequence that the positions allow.
    [[nodiscard]] index_t positions() const noexcept { return position_.positions(); }

    [[nodiscard]] const Position& position() const noexcept { return position_; }

    [[nodiscard]] std::span<const step> plan() const noexcept { return plan_; }

    /// Blocks may be left out, repeated and reordered; each step wants a cache of its own.
    void set_plan(std::vector<step> plan) {
        GRADUS_EXPECT(std::all_of(plan.begin(), plan.end(),
                                  [&](const step& s) { return s.block < blocks.size(); }));
        plan_ = std::move(plan);
    }

    /// Scratch for blocks of up to `tokens` tokens, however parts are replaced later.
    [[nodiscard]] workspace make_workspace(index_t tokens) const {
        index_t floats = head.scratch(tokens);
        for (const block_type& b : blocks) {
            floats = std::max(floats, b.scratch(tokens));
        }
        return workspace{floats + 2 * workspace::cost(tokens, width())};
    }

    /// Appends `tokens` to the caches, one cache a step, all of equal length. `logits` receives
    /// the last logits.rows of the new positions. Does not allocate.
    template <kv_cache Cache>
    void forward(std::span<const token_t> tokens,
                 std::span<Cache> caches,    // [plan().size()]
                 matrix_view<float> logits,  // [<= tokens, vocabulary]
                 workspace& memory) const {
        GRADUS_EXPECT(caches.size() == plan_.size() && logits.rows <= tokens.size());
        workspace::scope scope{memory};
        const matrix_view<float> x = scope.take(tokens.size(), width());
        embed(tokens, caches.empty() ? 0 : caches[0].length(), x);
        for (index_t i = 0; i < plan_.size(); ++i) {
            run_step(i, x, caches[i], memory);
        }
        finish(x.block(x.rows - logits.rows, logits.rows), logits, memory);
    }

    /// Appends token i to sequence i, for several sequences of any lengths: weights are read once
    /// for all of them. `caches` holds those of the first step for each sequence, then those of the
    /// second, and so on. Does not allocate.
    template <kv_cache Cache>
    void forward_each(std::span<const token_t> tokens,  // [sequences]
                      std::span<Cache> caches,          // [plan().size(), sequences]
                      matrix_view<float> logits,        // [sequences, vocabulary]
                      workspace& memory) const {
        const index_t n = tokens.size();
        GRADUS_EXPECT(n > 0 && !plan_.empty() && caches.size() == plan_.size() * n);
        GRADUS_EXPECT(logits.rows == n);
        workspace::scope scope{memory};
        const matrix_view<float> x = scope.take(n, width());
        embedding_(tokens, x);
        position_batch<Position, Cache>{position_, caches.first(n)}.at_input(x, 0);
        for (index_t i = 0; i < plan_.size(); ++i) {
            const std::span<Cache> held = caches.subspan(i * n, n);
            cache_batch<Cache> batch{held};
            const position_batch<Position, Cache> position{position_, held};
            blocks[plan_[i].block](x, position, batch, plan_[i].gain, memory);
        }
        finish(x, logits, memory);
    }

    /// The three stages of `forward`, for those who look in between.
    void embed(std::span<const token_t> tokens, index_t first, matrix_view<float> x) const {
        embedding_(tokens, x);
        position_.at_input(x, first);
    }

    template <kv_cache Cache>
    void run_step(index_t i, matrix_view<float> x, Cache& cache, workspace& memory) const {
        blocks[plan_[i].block](x, position_, cache, plan_[i].gain, memory);
    }

    void finish(matrix_view<const float> x, matrix_view<float> logits, workspace& memory) const {
        workspace::scope scope{memory};
        const matrix_view<float> normed = scope.take(x.rows, x.cols);
        final_norm_(x, normed);
        head(normed, logits, memory);
    }

  private:
    token_embedding embedding_;
    Position position_;
    Norm final_norm_;
    std::vector<step> plan_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

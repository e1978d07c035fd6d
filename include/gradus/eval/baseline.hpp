// SPDX-License-Identifier: MIT
// The float model's predictions, and the losses of another model beside them.
#pragma once

#include <gradus/eval/divergence.hpp>
#include <gradus/eval/losses.hpp>
#include <gradus/eval/perplexity.hpp>

#include <algorithm>
#include <memory>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Log-probabilities of a model at all scored positions of a text, in f32: kept where they fit the
/// budget, and computed anew beside each measurement where they do not. Both give the same bits.
/// Model, tokens and windows belong to the caller and must outlive this.
template <class Model> class baseline {
  public:
    template <executor Executor>
    baseline(const Model& model, const window_set& set, Executor& threads, index_t budget_bytes)
        : model_{model}, set_{set} {
        const index_t values = set.positions() * model.vocabulary();
        if (values > budget_bytes / sizeof(float)) { return; }
        kept_.resize(values);
        index_t at = 0;
        for (const window& w : set.windows) {
            begins_.push_back(at);
            at += w.positions() * model.vocabulary();
        }
        const auto keep = [&](index_t i, matrix_view<float> logits, std::span<float> scratch) {
            log_softmax_rows(logits, scratch);
            std::copy_n(logits.data, logits.size(), &kept_[begins_[i]]);
        };
        run_windows(model, set, threads, keep);
    }

    [[nodiscard]] bool kept() const noexcept { return !begins_.empty(); }

    [[nodiscard]] index_t size_in_bytes() const noexcept { return kept_.size() * sizeof(float); }

    [[nodiscard]] const window_set& set() const noexcept { return set_; }

    /// The losses of `other`, window by window; the same numbers for any number of threads.
    template <class Other, executor Executor, class MakeCaches = own_caches>
    [[nodiscard]] std::vector<window_losses>
    compare(const Other& other, Executor& threads, const MakeCaches& make_caches = {}) const {
        GRADUS_EXPECT(other.vocabulary() == model_.vocabulary());
        std::vector<window_losses> result(set_.windows.size());
        const index_t longest = set_.longest();
        auto seats =
            lend<seat>([&] { return std::make_unique<seat>(model_, own_caches{}, longest); });
        const auto score = [&](index_t i, matrix_view<float> logits, std::span<float> scratch) {
            log_softmax_rows(logits, scratch);
            if (kept()) {
                result[i] = losses_of(i, {&kept_[begins_[i]], logits.rows, logits.cols}, logits);
                return;
            }
            seats.with([&](seat& s) {
                const matrix_view<float> mine = s.run(model_, set_, set_.windows[i]);
                log_softmax_rows(mine, s.scratch());
                result[i] = losses_of(i, mine, logits);
            });
        };
        run_windows(other, set_, threads, score, make_caches);
        return result;
    }

  private:
    using seat = window_seat<Model, own_caches>;

    /// Both in log-probabilities.
    [[nodiscard]] window_losses
    losses_of(index_t i, matrix_view<const float> mine, matrix_view<const float> other) const {
        const auto targets = set_.targets(set_.windows[i]);
        window_losses sums;
        sums.nats = sum_nats(other, targets);
        sums.float_nats = sum_nats(mine, targets);
        sums.positions = targets.size();
        for (index_t p = 0; p < targets.size(); ++p) {
            sums.divergence += divergence(mine.row(p), other.row(p));
            if (best_token(mine.row(p)) == best_token(other.row(p))) { ++sums.agreed; }
        }
        return sums;
    }

    const Model& model_;
    window_set set_;
    std::vector<index_t> begins_;  // of each window in kept_; empty when nothing is kept
    std::vector<float> kept_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

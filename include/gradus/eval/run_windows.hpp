// SPDX-License-Identifier: MIT
// Runs a model over windows, several at a time.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/eval/windows.hpp>
#include <gradus/model/workspace.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A text with its windows; both belong to the caller.
struct window_set {
    std::span<const token_t> tokens;
    std::span<const window> windows;

    [[nodiscard]] index_t longest() const {
        index_t length = 0;
        for (const window& w : windows) {
            length = std::max(length, w.length);
        }
        return length;
    }

    [[nodiscard]] index_t positions() const {
        index_t count = 0;
        for (const window& w : windows) {
            count += w.positions();
        }
        return count;
    }

    /// What the scored positions of a window hold.
    [[nodiscard]] std::span<const token_t> targets(const window& w) const {
        return tokens.subspan(w.first + w.scored_from, w.positions());
    }
};

/// The caches that a model makes for itself; a quantized cache is another such function object. It
/// may say `tokens_a_step`, how many tokens go through the model at a time (0: a whole window), and
/// `settle(caches)`, what to do after each step.
struct own_caches {
    template <class Model>
    [[nodiscard]] auto operator()(const Model& model, index_t capacity) const {
        return model.make_caches(capacity);
    }
};

/// What one running window needs: caches, scratch and room for its logits.
template <class Model, class MakeCaches> class window_seat {
  public:
    window_seat(const Model& model, const MakeCaches& make_caches, index_t longest)
        : make_caches_{make_caches},
          caches_{make_caches(model, longest)},
          memory_{model.make_workspace(longest)},
          logits_(longest * model.vocabulary()),
          scratch_(model.vocabulary()) {}

    /// Logits for the scored positions: row i predicts position scored_from + i.
    [[nodiscard]] matrix_view<float>
    run(const Model& model, const window_set& set, const window& w) {
        for (auto& cache : caches_) {
            cache.reset();
        }
        const matrix_view<float> logits{logits_.data(), w.positions(), model.vocabulary()};
        // The last token is only a target: nothing is predicted from it.
        const index_t read = w.length - 1;
        const index_t step = tokens_a_step() == 0 ? read : tokens_a_step();
        const index_t unscored = w.scored_from - 1;  // tokens whose prediction does not count
        for (index_t at = 0; at < read; at += step) {
            const index_t end = std::min(at + step, read);
            const index_t from = std::max(at, std::min(unscored, end));
            model.forward(set.tokens.subspan(w.first + at, end - at), std::span{caches_},
                          logits.block(from - std::min(from, unscored), end - from), memory_);
            settle();
        }
        return logits;
    }

    /// As the last window left them.
    [[nodiscard]] const auto& caches() const noexcept { return caches_; }

    /// One row of scratch, for softmax.
    [[nodiscard]] std::span<float> scratch() noexcept { return scratch_; }

  private:
    [[nodiscard]] index_t tokens_a_step() const {
        if constexpr (requires { make_caches_.tokens_a_step; }) {
            return make_caches_.tokens_a_step;
        } else {
            return 0;
        }
    }

    void settle() {
        if constexpr (requires { make_caches_.settle(std::span{caches_}); }) {
            make_caches_.settle(std::span{caches_});
        }
    }

    MakeCaches make_caches_;
    decltype(std::declval<const MakeCaches&>()(std::declval<const Model&>(), index_t{})) caches_;
    workspace memory_;
    std::vector<float> logits_;
    std::vector<float> scratch_;
};

/// Things to borrow, made when none is free: as many as ever run at one time.
template <class T, class Make> class lender {
  public:
    explicit lender(Make make) : make_{std::move(make)} {}

    template <class F> void with(F&& use) {
        std::unique_ptr<T> item = borrow();
        use(*item);
        const std::lock_guard lock{mutex_};
        free_.push_back(std::move(item));
    }

  private:
    [[nodiscard]] std::unique_ptr<T> borrow() {
        {
            const std::lock_guard lock{mutex_};
            if (!free_.empty()) {
                std::unique_ptr<T> item = std::move(free_.back());
                free_.pop_back();
                return item;
            }
        }
        return make_();
    }

    Make make_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<T>> free_;
};

template <class T, class Make> [[nodiscard]] auto lend(Make make) {
    return lender<T, Make>{std::move(make)};
}

/// Calls score(i, logits, scratch) once for each window i, from several threads at once. What it
/// writes must go to a place of i's own; then results do not depend on the number of threads.
template <class Model, executor Executor, class Score, class MakeCaches = own_caches>
void run_windows(const Model& model,
                 const window_set& set,
                 Executor& threads,
                 Score&& score,
                 const MakeCaches& make_caches = {}) {
    using seat = window_seat<Model, MakeCaches>;
    const index_t longest = set.longest();
    auto seats = lend<seat>([&] { return std::make_unique<seat>(model, make_caches, longest); });
    threads.for_each(set.windows.size(), [&](index_t i) {
        seats.with([&](seat& s) { score(i, s.run(model, set, set.windows[i]), s.scratch()); });
    });
}

}  // namespace GRADUS_ISA
}  // namespace gradus

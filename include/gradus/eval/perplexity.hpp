// SPDX-License-Identifier: MIT
// Perplexity of a model on a text.
#pragma once

#include <gradus/eval/run_windows.hpp>
#include <gradus/kernels/f32_softmax.hpp>

#include <cmath>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// -sum_i log p_i(target_i), from log-probabilities.
[[nodiscard]] inline double sum_nats(matrix_view<const float> log_probabilities,
                                     std::span<const token_t> targets) {
    GRADUS_EXPECT(log_probabilities.rows == targets.size());
    double nats = 0.0;
    for (index_t i = 0; i < targets.size(); ++i) {
        nats -= static_cast<double>(log_probabilities(i, targets[i]));
    }
    return nats;
}

/// Logits to log-probabilities, row by row in place.
inline void log_softmax_rows(matrix_view<float> logits, std::span<float> scratch) {
    for (index_t i = 0; i < logits.rows; ++i) {
        log_softmax(logits.row(i), scratch);
    }
}

/// Sums over windows, in f64 and in window order.
struct text_nats {
    std::vector<double> by_window;
    index_t positions;

    [[nodiscard]] double mean() const {
        double sum = 0.0;
        for (const double nats : by_window) {
            sum += nats;
        }
        return sum / static_cast<double>(positions);
    }

    /// exp of the mean negative log-likelihood.
    [[nodiscard]] double perplexity() const { return std::exp(mean()); }
};

/// Scores every window; the same numbers for any number of threads.
/// Error:  log-probabilities are rounded to f32: below 1e-6 a position, below 1e-8 in the mean.
template <class Model, executor Executor, class MakeCaches = own_caches>
[[nodiscard]] text_nats measure_nats(const Model& model,
                                     const window_set& set,
                                     Executor& threads,
                                     const MakeCaches& make_caches = {}) {
    text_nats result{std::vector<double>(set.windows.size()), set.positions()};
    const auto score = [&](index_t i, matrix_view<float> logits, std::span<float> scratch) {
        log_softmax_rows(logits, scratch);
        result.by_window[i] = sum_nats(logits, set.targets(set.windows[i]));
    };
    run_windows(model, set, threads, score, make_caches);
    return result;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Least squares, soft enough that a target stays near the weights.
#include "dense_target.hpp"
#include "survey.hpp"

#include <gradus/solver/match_dense.hpp>

#include <numeric>

namespace compress_model {

using namespace gradus;

std::optional<obs_factor<float>> target_factor(const input_statistics<>& statistics,
                                               thread_pool& threads) {
    if (!statistics.parts().cross) { return std::nullopt; }
    std::vector<index_t> natural(statistics.width());
    std::iota(natural.begin(), natural.end(), index_t{0});
    constexpr damping soft{0.1, damping_rule::mean};  // see `match_dense`
    auto f = factorize(hessian_in_order(statistics, natural), soft, threads);
    if (!f) { return std::nullopt; }
    return std::move(*f);
}

result<std::vector<float>> target_of(const named_matrix& weights,
                                     const input_statistics<>& statistics,
                                     const std::optional<obs_factor<float>>& factor,
                                     double share,
                                     thread_pool& threads) {
    std::vector<float> w(weights.values.begin(), weights.values.end());
    if (!factor) { return w; }
    const status matched =
        match_dense<float>({w.data(), weights.rows, weights.cols}, *factor,
                           statistics.cross().view(), statistics.tokens(), {}, threads);
    if (!matched) { return matched.error(); }
    const auto part = static_cast<float>(share);
    for (index_t i = 0; i < w.size(); ++i) {
        w[i] = weights.values[i] + part * (w[i] - weights.values[i]);
    }
    return w;
}

}  // namespace compress_model

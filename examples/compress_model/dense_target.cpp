// SPDX-License-Identifier: MIT
// Least squares, soft enough that a target stays near the weights.
#include "dense_target.hpp"
#include "factors.hpp"

#include <gradus/solver/match_dense.hpp>

#include <numeric>

namespace compress_model {

using namespace gradus;

namespace {

/// By columns as they come; none where nothing comes in.
std::optional<obs_factor<float>> target_factor(const input_statistics<>& statistics,
                                               const session& job) {
    if (!statistics.parts().cross) { return std::nullopt; }
    std::vector<index_t> natural(statistics.width());
    std::iota(natural.begin(), natural.end(), index_t{0});
    const std::vector<double> scales = job.scales_of(statistics.name(), natural);
    const damping soft{0.1, damping_rule::mean, scales};  // see `match_dense`
    auto f = factorize(hessian_in_order(statistics, natural), soft, job.threads);
    if (!f) { return std::nullopt; }
    return std::move(*f);
}

status match(std::vector<float>& w,
             const named_matrix& weights,
             const input_statistics<>& statistics,
             const obs_factor<float>& factor,
             const session& job) {
    status matched =
        match_dense<float>({w.data(), weights.rows, weights.cols}, factor,
                           statistics.cross().view(), statistics.tokens(), {}, job.threads);
    if (!matched) { return matched; }
    const auto part = static_cast<float>(job.wanted.match);
    for (index_t i = 0; i < w.size(); ++i) {
        w[i] = weights.values[i] + part * (w[i] - weights.values[i]);
    }
    return done{};
}

}  // namespace

result<std::vector<std::vector<float>>>
starts_of(const session& job, index_t step, distinct_input input, input_statistics<>& statistics) {
    std::vector<std::vector<float>> starts;
    const auto factor = target_factor(statistics, job);
    for (const std::string_view reader : llama_readers(input)) {
        named_matrix weights = job.matrix(layer_name(step, reader));
        if (!factor) {
            starts.push_back(std::move(weights.values));
            continue;
        }
        std::vector<float> w = weights.values;
        status matched = match(w, weights, statistics, *factor, job);
        if (!matched) { return matched.error(); }
        starts.push_back(std::move(w));
    }
    statistics.drop_cross();
    return starts;
}

}  // namespace compress_model

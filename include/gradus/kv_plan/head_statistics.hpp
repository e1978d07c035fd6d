// SPDX-License-Identifier: MIT
// What calibration learns about one head of a cache.
#pragma once

#include <gradus/core/matrix_view.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// One KV head of one layer. With q a query of a head that shares it, a its attention, o the
/// attended value, M = W_o' W_o the Gram matrix of its columns of the output projection:
///
///     query_energy[d]   mean over queries of q_d^2
///     key_weights[d]    sum over queries and tokens of a^2 (v - o)' M (v - o) q_d^2 / width
///     value_weights[d]  sum over queries and tokens of a^2 M_dd
///
/// the last two a token. The weights are what a squared error of 1 in channel d of one stored token
/// adds to the squared error of the attention layer's output, to first order and for errors that
/// are independent of each other: keys and values of all heads in one unit. Within a head the key
/// weights are E[q_d^2] with the queries that decide something counted more, and the value weights
/// the squared row norms of the output projection.
struct head_statistics {
    index_t width = 0;
    index_t tokens = 0;   ///< recorded ones
    index_t queries = 0;  ///< times the query heads that share the head
    std::vector<double> query_energy;
    std::vector<double> key_weights;
    std::vector<double> value_weights;
    std::vector<float> keys;      ///< [tokens, width], as they are stored
    std::vector<float> values;    ///< [tokens, width]
    std::vector<float> peaks;     ///< [tokens] most attention from any later query
    std::vector<index_t> starts;  ///< first token of each recorded sequence

    [[nodiscard]] matrix_view<const float> key_rows() const { return {keys.data(), tokens, width}; }

    [[nodiscard]] matrix_view<const float> value_rows() const {
        return {values.data(), tokens, width};
    }

    /// Queries whose energy sum_d q_d^2 lies above all but a tenth, as QAQ's constant; sampled.
    std::vector<float> energies;

    [[nodiscard]] double upper_query_energy() const {
        if (energies.empty()) { return 0.0; }
        std::vector<float> sorted = energies;
        const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 9 / 10);
        std::nth_element(sorted.begin(), at, sorted.end());
        return static_cast<double>(*at);
    }
};

/// The same for every channel: what is left of weights when channels are not told apart.
[[nodiscard]] inline std::vector<double> flattened(const std::vector<double>& weights) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    return std::vector<double>(weights.size(), sum / static_cast<double>(weights.size()));
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Losses of several candidates: group_loss of each, and what the definition over doubles gives.
#include "definition.hpp"

#include <gradus/kernels/candidate_losses.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace gradus;

namespace {

std::vector<float> numbers(index_t n, std::uint64_t stream, double lowest) {
    const auto key = random_key::of(test::seed(), stream, n);
    std::vector<float> x(n);
    for (index_t i = 0; i < n; ++i) {
        x[i] = static_cast<float>(lowest + key.uniform(i) * (1.0 - lowest));
    }
    return x;
}

/// Batches of which the first least loss below a limit is not the one that group_loss tells.
template <vectorizable_mapping M>
int faults_of_losses(const M& map, floats values, floats weights, int half_power) {
    constexpr float none = std::numeric_limits<float>::infinity();
    const candidate_losses<M> losses{map, values, weights, half_power};
    const range_trials trials{9, 7, true};
    int faults = 0;
    for (const int first : {0, 16}) {
        for (const int count : {1, 3, 15, 16}) {
            const interval_batch some{{-0.9f, 0.7f},
                                      trials.keep + first,
                                      trials.keep + first,
                                      trials.turn + first,
                                      count};
            std::vector<float> single;
            for (int i = 0; i < count; ++i) {
                single.push_back(
                    group_loss<float>(map, map.fit(some.at(i)), values, weights, half_power));
                faults += !test::same_bits(losses(map.fit(some.at(i))), single.back());
            }
            const auto lowest = std::min_element(single.begin(), single.end());
            for (const float limit : {none, 1.5f * *lowest, *lowest}) {
                float least = limit;
                const int found = losses(some, least);
                const bool any = *lowest < limit;
                faults += found != (any ? static_cast<int>(lowest - single.begin()) : -1);
                faults += !test::same_bits(least, any ? *lowest : limit);
            }
        }
    }
    return faults;
}

/// sum w |x - nearest level|^p over all levels of a grid, in double.
template <class M>
double brute_loss(const M& map, typename M::params p, floats values, floats weights, double power) {
    double total = 0.0;
    for (index_t i = 0; i < values.size(); ++i) {
        double least_error = std::numeric_limits<double>::infinity();
        for (int c = 0; c < M::codes; ++c) {
            const auto level = static_cast<double>(map.decode(static_cast<code_t>(c), p));
            least_error = std::min(least_error, std::abs(static_cast<double>(values[i]) - level));
        }
        const double weight = weights.empty() ? 1.0 : static_cast<double>(weights[i]);
        total += weight * std::pow(least_error, power);
    }
    return total;
}

}  // namespace

TEST_CASE_TEMPLATE("losses of several candidates are those of one, and the least over all levels",
                   M,
                   ternary,
                   uniform_symmetric<4>,
                   uniform_asymmetric<3>,
                   normal_quantile<4>) {
    INFO("GRADUS_SEED=", test::seed());
    const M map{};
    for (const index_t n : {0u, 1u, 15u, 16u, 17u, 32u, 64u, 100u, 128u}) {
        const std::vector<float> x = numbers(n, 7, -1.0);
        const std::vector<float> weights = numbers(n, 8, 0.0);
        for (const int half_power : {2, 3, 4, 8}) {
            if constexpr (vectorizable_mapping<M>) {
                CHECK(faults_of_losses(map, x, {}, half_power) == 0);
                CHECK(faults_of_losses(map, x, weights, half_power) == 0);
            }
            const auto p = map.fit({-0.8f, 0.9f});
            const double expected = brute_loss(map, p, x, weights, 0.5 * half_power);
            const float found = group_loss<float>(map, p, x, weights, half_power);
            CHECK(static_cast<double>(found) ==
                  doctest::Approx(expected).epsilon(1e-4).scale(1e-4));
        }
    }
}

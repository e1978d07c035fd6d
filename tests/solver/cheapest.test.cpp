// SPDX-License-Identifier: MIT
// Exactly as many as asked for, and none dearer than one that stays.
#include <gradus/core/thread_pool.hpp>
#include <gradus/solver/cheapest.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

using gradus::index_t;

template <class T> std::vector<T> costs_of(index_t count, index_t different) {
    std::vector<T> costs(count);
    for (index_t i = 0; i < count; ++i) {
        const auto k = static_cast<double>((i * 7919) % different);
        costs[i] = static_cast<T>(std::exp(k / static_cast<double>(different) * 20.0 - 10.0));
    }
    if (count > 3) { costs[3] = T(0); }
    return costs;
}

}  // namespace

TEST_CASE_TEMPLATE("the cut takes exactly so many, and the least", T, float, double) {
    for (const index_t count : {1u, 2u, 100u, 50'000u}) {
        for (const index_t different : {1u, 3u, 40'000u}) {
            const auto costs = costs_of<T>(count, different);
            for (const index_t wanted : {index_t{0}, index_t{1}, count / 2, count - 1, count}) {
                gradus::serial alone;
                std::vector<index_t> bins;
                const auto cut =
                    gradus::find_cheapest(std::span<const T>{costs}, wanted, bins, alone);
                index_t taken = 0;
                T dearest = T(0);
                T cheapest = std::numeric_limits<T>::infinity();
                for (index_t i = 0; i < count; ++i) {
                    if (cut.takes(costs[i], i)) {
                        ++taken;
                        dearest = std::max(dearest, costs[i]);
                    } else {
                        cheapest = std::min(cheapest, costs[i]);
                    }
                }
                REQUIRE(taken == wanted);
                if (wanted != 0) { REQUIRE(dearest <= cheapest); }
                gradus::thread_pool pool{3};
                const auto same =
                    gradus::find_cheapest(std::span<const T>{costs}, wanted, bins, pool);
                CHECK(same.value == cut.value);
                CHECK(same.last == cut.last);
            }
        }
    }
}

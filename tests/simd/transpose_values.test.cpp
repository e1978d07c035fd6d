// SPDX-License-Identifier: MIT
// Squares of values: rows become columns, at any distance from each other.
#include <gradus/simd/transpose_values.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace gradus;

TEST_CASE_TEMPLATE("a square of values is turned, and nothing beside it is touched",
                   T,
                   float,
                   double) {
    constexpr index_t step = 19;
    constexpr index_t to_step = 23;
    std::vector<T> from(simd::lanes * step);
    for (index_t i = 0; i < from.size(); ++i) {
        from[i] = static_cast<T>(i);
    }
    std::vector<T> to(simd::lanes * to_step, T(-1));
    simd::transpose_square(from.data(), step, to.data(), to_step);
    for (index_t r = 0; r < simd::lanes; ++r) {
        for (index_t c = 0; c < to_step; ++c) {
            const T expected = c < simd::lanes ? static_cast<T>(c * step + r) : T(-1);
            CHECK(to[r * to_step + c] == expected);
        }
    }
}

// SPDX-License-Identifier: MIT
#include "random_matrix.hpp"

#include <gradus/model/position/learned.hpp>
#include <gradus/model/position/rotary.hpp>

#include <doctest/doctest.h>

#include <cmath>

using gradus::index_t;
using gradus::rotary_halves;
using gradus::rotary_interleaved;
using gradus::test::matrix;

TEST_CASE_TEMPLATE("rotary positions keep lengths and products at equal distance",
                   Rotary,
                   rotary_halves,
                   rotary_interleaved) {
    const Rotary rotary{20, 300, 10000.0};
    CHECK(rotary.positions() == 300);
    const matrix q(1, 20, 1);
    const matrix k(1, 20, 2);
    const auto product = [&](index_t at_q, index_t at_k) {
        matrix a = q;
        matrix b = k;
        rotary.at_heads(a.view(), 20, at_q);
        rotary.at_heads(b.view(), 20, at_k);
        CHECK(gradus::dot(a.values, a.values) ==
              doctest::Approx(static_cast<double>(gradus::dot(q.values, q.values))).epsilon(1e-6));
        return gradus::dot(a.values, b.values);
    };
    for (const index_t distance : {0u, 1u, 7u, 100u}) {
        const float expected = product(distance, 0);
        for (const index_t at : {1u, 50u, 199u}) {
            CHECK(std::abs(product(at + distance, at) - expected) < 5e-6f);
        }
    }
}

TEST_CASE("rotary positions of one pair, by hand") {
    const rotary_halves rotary{2, 4, 10000.0};
    matrix x(4, 2);
    for (index_t t = 0; t < 4; ++t) {
        x(t, 0) = 1.0f;
    }
    rotary.at_heads(x.view(), 2, 0);
    for (index_t t = 0; t < 4; ++t) {
        CHECK(x(t, 0) == static_cast<float>(std::cos(static_cast<double>(t))));
        CHECK(x(t, 1) == static_cast<float>(std::sin(static_cast<double>(t))));
    }
}

TEST_CASE("the two pairings are permutations of each other") {
    const index_t width = 12;
    const rotary_halves halves{width, 64, 500.0};
    const rotary_interleaved interleaved{width, 64, 500.0};
    const auto permuted = [&](const matrix& x) {  // halves order to interleaved order
        matrix y(x.rows, x.cols);
        for (index_t t = 0; t < x.rows; ++t) {
            for (index_t c = 0; c < x.cols; ++c) {
                const index_t i = c % width;
                const index_t half = width / 2;
                y(t, c - i + (i < half ? 2 * i : 2 * (i - half) + 1)) = x(t, c);
            }
        }
        return y;
    };
    matrix x(10, 3 * width, 3);
    matrix y = permuted(x);
    halves.at_heads(x.view(), width, 50);
    interleaved.at_heads(y.view(), width, 50);
    CHECK(permuted(x).values == y.values);
}

TEST_CASE("learned positions add their row; each encoding acts in one place only") {
    const gradus::learned_positions learned{gradus::test::noise(5 * 18, 4), 18};
    CHECK(learned.positions() == 5);
    matrix x(3, 18);
    learned.at_input(x.view(), 2);
    const auto table = gradus::test::noise(5 * 18, 4);
    CHECK(x.values == std::vector<float>(table.begin() + 2 * 18, table.end()));
    matrix y(3, 18, 5);
    const matrix before = y;
    learned.at_heads(y.view(), 18, 0);
    rotary_halves{18, 8, 10000.0}.at_input(y.view(), 0);
    CHECK(y.values == before.values);
}

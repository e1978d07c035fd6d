// SPDX-License-Identifier: MIT
// Rotations keep lengths, are undone by their inverse, and spread what is gathered.
#include "../model/random_matrix.hpp"

#include <gradus/rotation/identity.hpp>
#include <gradus/rotation/randomized_hadamard.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <vector>

namespace {

using gradus::index_t;

double dot(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0.0;
    for (index_t i = 0; i < a.size(); ++i) {
        sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    }
    return sum;
}

/// Entry of Sylvester's matrix, by its rule: the parity of the digits that i and j share.
float sylvester(index_t i, index_t j) {
    return std::popcount(i & j) % 2 == 0 ? 1.0f : -1.0f;
}

}  // namespace

TEST_CASE_TEMPLATE("a rotation keeps inner products and is undone by its inverse",
                   R,
                   gradus::identity,
                   gradus::hadamard,
                   gradus::randomized_hadamard) {
    const R turn{};
    for (index_t n = 1; n <= 200; ++n) {
        CHECK(turn.accepts(n));
        const auto a = gradus::test::noise(n, 21);
        const auto b = gradus::test::noise(n, 22);
        auto x = a;
        auto y = b;
        turn.apply(x);
        turn.apply(y);
        const double scale = std::sqrt(dot(a, a) * dot(b, b));
        CHECK(std::abs(dot(x, y) - dot(a, b)) <= 1e-6 * scale);
        CHECK(std::abs(dot(x, x) - dot(a, a)) <= 1e-6 * dot(a, a));
        turn.invert(x);
        for (index_t i = 0; i < n; ++i) {
            CHECK(std::abs(static_cast<double>(x[i] - a[i])) <= 2e-6);
        }
    }
}

TEST_CASE("the Hadamard transform is Sylvester's matrix on each power of two") {
    for (const index_t n : {index_t{1}, index_t{2}, index_t{8}, index_t{64}}) {
        for (index_t j = 0; j < n; ++j) {
            std::vector<float> x(n);
            x[j] = 1.0f;
            gradus::hadamard{}.apply(x);
            for (index_t i = 0; i < n; ++i) {
                CHECK(static_cast<double>(x[i]) ==
                      doctest::Approx(static_cast<double>(sylvester(i, j)) /
                                      std::sqrt(static_cast<double>(n))));
            }
        }
    }
    std::vector<float> x(80);  // 64 + 16
    x[70] = 1.0f;
    gradus::hadamard{}.apply(x);
    for (index_t i = 0; i < 80; ++i) {
        CHECK((x[i] == 0.0f) == (i < 64));
    }
}

TEST_CASE("random signs depend on the seed and spread a constant vector") {
    std::vector<float> plain(128, 1.0f);
    auto one = plain;
    auto two = plain;
    gradus::hadamard{}.apply(plain);
    gradus::randomized_hadamard{1}.apply(one);
    gradus::randomized_hadamard{2}.apply(two);
    const auto largest = [](const std::vector<float>& x) {
        float most = 0.0f;
        for (const float v : x) {
            most = std::max(most, std::abs(v));
        }
        return most;
    };
    CHECK(largest(plain) > 11.0f);
    CHECK(largest(one) < 5.0f);
    CHECK(one != two);
}

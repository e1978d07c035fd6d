// SPDX-License-Identifier: MIT
// Products equal their definition, whatever the shape, the operands' order and the threads.
#include "random_values.hpp"
#include "seed.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/linalg/gram.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

using gradus::index_t;
using gradus::matrix_view;
using gradus::operand;
using gradus::product_sign;
using gradus::test::random_values;

template <class T> double at(const operand<T>& m, index_t k, index_t i) {
    return static_cast<double>(m.data[k * m.sum_step + i * m.keep_step]);
}

/// Whether C is what it was, plus or minus the sum over k: exact, as all terms are multiples of
/// 2^-16 below 1.
template <class T>
bool right(const operand<T>& a,
           const operand<T>& b,
           double sign,
           const std::vector<T>& before,
           const std::vector<T>& after) {
    for (index_t i = 0; i < a.keeps; ++i) {
        for (index_t j = 0; j < b.keeps; ++j) {
            double sum = static_cast<double>(before[i * b.keeps + j]);
            for (index_t k = 0; k < a.sums; ++k) {
                sum += sign * at(a, k, i) * at(b, k, j);
            }
            if (sum != static_cast<double>(after[i * b.keeps + j])) { return false; }
        }
    }
    return true;
}

}  // namespace

TEST_CASE_TEMPLATE("products of all small shapes are exact where sums are", T, float, double) {
    for (const index_t rows : {1u, 7u, 8u, 9u, 40u}) {
        for (const index_t cols : {1u, 31u, 32u, 33u, 65u}) {
            for (const index_t terms : {0u, 1u, 15u, 17u, 64u}) {
                const auto a = random_values<T>(rows * terms + 1, gradus::test::seed());
                const auto b = random_values<T>(cols * terms + 1, gradus::test::seed() + 1);
                const auto before = random_values<T>(rows * cols, gradus::test::seed() + 2);
                using view = matrix_view<const T>;
                const auto a_down = operand<T>::down_rows(view{a.data(), terms, rows});
                const auto a_along = operand<T>::along_rows(view{a.data(), rows, terms});
                const auto b_down = operand<T>::down_rows(view{b.data(), terms, cols});
                const auto b_along = operand<T>::along_rows(view{b.data(), cols, terms});
                for (const auto& left : {a_down, a_along}) {
                    for (const auto& other : {b_down, b_along}) {
                        auto c = before;
                        gradus::multiply(left, other, matrix_view<T>{c.data(), rows, cols});
                        REQUIRE(right(left, other, 1.0, before, c));
                        c = before;
                        gradus::multiply<product_sign::minus>(left, other,
                                                              matrix_view<T>{c.data(), rows, cols});
                        REQUIRE(right(left, other, -1.0, before, c));
                    }
                }
            }
        }
    }
}

TEST_CASE("sums run in the stated order: chunks of ascending terms, then C") {
    const index_t terms = 2 * gradus::sum_chunk + 5;
    const index_t rows = 9;
    const index_t cols = 35;
    std::vector<float> a(rows * terms);
    std::vector<float> b(cols * terms);
    for (index_t i = 0; i < a.size(); ++i) {
        a[i] = 1.0f / static_cast<float>(i % 97 + 1);
    }
    for (index_t i = 0; i < b.size(); ++i) {
        b[i] = 1.0f;  // products are exact, so that fusing makes no difference
    }
    std::vector<float> c(rows * cols, 3.0f);
    const auto left = operand<float>::along_rows({a.data(), rows, terms});
    const auto other = operand<float>::down_rows({b.data(), terms, cols});
    gradus::multiply(left, other, matrix_view<float>{c.data(), rows, cols});
    for (index_t i = 0; i < rows; ++i) {
        float expected = 3.0f;
        for (index_t from = 0; from < terms; from += gradus::sum_chunk) {
            float sum = 0.0f;
            for (index_t k = from; k < std::min(terms, from + gradus::sum_chunk); ++k) {
                sum += a[i * terms + k];
            }
            expected += sum;
        }
        for (index_t j = 0; j < cols; ++j) {
            REQUIRE(c[i * cols + j] == expected);
        }
    }
}

TEST_CASE("any number of threads gives the same bits, across all block sizes") {
    const index_t rows = 290;
    const index_t cols = 530;
    const index_t terms = gradus::packed_terms + 70;
    auto a = random_values<float>(rows * terms, gradus::test::seed());
    auto b = random_values<float>(cols * terms, gradus::test::seed() + 1);
    for (float& x : a) {
        x = std::sqrt(std::abs(x));
    }
    const auto left = operand<float>::along_rows({a.data(), rows, terms});
    const auto other = operand<float>::down_rows({b.data(), terms, cols});
    std::vector<float> alone(rows * cols);
    gradus::multiply(left, other, matrix_view<float>{alone.data(), rows, cols});
    for (const unsigned threads : {2u, 3u}) {
        gradus::thread_pool pool{threads};
        std::vector<float> shared(rows * cols);
        gradus::multiply(left, other, matrix_view<float>{shared.data(), rows, cols}, pool);
        CHECK(shared == alone);
    }
    // A corner by itself has the same sums: position and neighbours make no difference.
    std::vector<float> corner(3 * 5);
    gradus::multiply(operand<float>::along_rows({a.data() + (rows - 3) * terms, 3, terms, terms}),
                     operand<float>::down_rows({b.data() + cols - 5, terms, 5, cols}),
                     matrix_view<float>{corner.data(), 3, 5});
    for (index_t i = 0; i < 3; ++i) {
        for (index_t j = 0; j < 5; ++j) {
            CHECK(corner[i * 5 + j] == alone[(rows - 3 + i) * cols + cols - 5 + j]);
        }
    }
}

TEST_CASE_TEMPLATE("the lower triangle of X^T X, and nothing else of the rows above",
                   T,
                   float,
                   double) {
    for (const index_t n : {1u, 8u, 33u, 70u, 300u}) {
        const index_t tokens = 50;
        const auto x = random_values<T>(tokens * n, gradus::test::seed());
        const auto before = random_values<T>(n * n, gradus::test::seed() + 1);
        auto c = before;
        gradus::add_gram<T>({x.data(), tokens, n}, matrix_view<T>{c.data(), n, n});
        for (index_t i = 0; i < n; ++i) {
            for (index_t j = 0; j <= i; ++j) {
                double sum = static_cast<double>(before[i * n + j]);
                for (index_t t = 0; t < tokens; ++t) {
                    sum += static_cast<double>(x[t * n + i]) * static_cast<double>(x[t * n + j]);
                }
                REQUIRE(static_cast<double>(c[i * n + j]) == sum);
            }
            for (index_t j = i + 1; j < n; ++j) {
                REQUIRE(c[i * n + j] == before[i * n + j]);
            }
        }
    }
}

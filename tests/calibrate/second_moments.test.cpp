// SPDX-License-Identifier: MIT
// Products of channels against brute force, for sizes around panels and runs.
#include "random_matrix.hpp"

#include <gradus/calibrate/cross_moments.hpp>
#include <gradus/calibrate/second_moments.hpp>
#include <gradus/core/thread_pool.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

using namespace gradus::test;
using gradus::cross_moments;
using gradus::index_t;
using gradus::second_moments;
using gradus::token_panels;
using gradus::token_run;

/// Calls add(panels of z, panels of x) run by run.
template <class Executor, class Add>
void run_by_run(const matrix& z, const matrix& x, Executor& threads, Add add) {
    token_panels packed_z{z.cols};
    token_panels packed_x{x.cols};
    for (index_t t = 0; t < x.rows; t += token_run) {
        const index_t count = std::min(token_run, x.rows - t);
        packed_z.pack(z.view().block(t, count), threads);
        packed_x.pack(x.view().block(t, count), threads);
        add(packed_z, packed_x);
    }
}

template <class T, class Executor> second_moments<T> products_of(const matrix& x, Executor& e) {
    second_moments<T> sums{x.cols};
    run_by_run(x, x, e, [&](const token_panels&, const token_panels& p) { sums.add_run(p, e); });
    return sums;
}

template <class T, class Executor>
cross_moments<T> cross_of(const matrix& z, const matrix& x, Executor& e) {
    cross_moments<T> sums{x.cols};
    run_by_run(z, x, e,
               [&](const token_panels& a, const token_panels& b) { sums.add_run(a, b, e); });
    return sums;
}

/// The sum over tokens, and that of the magnitudes, which scales the bound.
struct brute {
    double sum = 0.0;
    double scale = 0.0;

    brute(const matrix& z, index_t i, const matrix& x, index_t j) {
        for (index_t t = 0; t < x.rows; ++t) {
            const double product = static_cast<double>(z(t, i)) * static_cast<double>(x(t, j));
            sum += product;
            scale += std::abs(product);
        }
    }
};

template <class T> double bound(index_t tokens) {
    const double unit = std::is_same_v<T, float> ? 0x1p-24 : 0x1p-52;
    const index_t runs = (tokens + token_run - 1) / token_run;
    return unit * static_cast<double>(std::min(tokens, token_run) + runs);
}

}  // namespace

TEST_CASE_TEMPLATE("X^T X equals its definition within the stated bound", T, float, double) {
    gradus::serial here;
    for (const index_t width : {1u, 15u, 31u, 32u, 33u, 64u, 97u}) {
        for (const index_t tokens : {1u, 7u, 128u, 300u}) {
            const matrix x(tokens, width, 10 * width + tokens);
            const auto sums = products_of<T>(x, here);
            bool all = true;
            for (index_t i = 0; i < width; ++i) {
                for (index_t j = 0; j <= i; ++j) {
                    const brute expected{x, i, x, j};
                    const auto found = static_cast<double>(sums(i, j));
                    all =
                        all && std::abs(found - expected.sum) <= bound<T>(tokens) * expected.scale;
                    all = all && sums(j, i) == sums(i, j);
                }
            }
            CHECK_MESSAGE(all, width << " channels, " << tokens << " tokens");
        }
    }
}

TEST_CASE_TEMPLATE("Z^T X equals its definition within the stated bound", T, float, double) {
    gradus::serial here;
    for (const index_t width : {1u, 33u, 70u}) {
        const matrix z(150, width, 40);
        const matrix x(150, width, 41);
        const auto sums = cross_of<T>(z, x, here);
        bool all = true;
        for (index_t i = 0; i < width; ++i) {
            for (index_t j = 0; j < width; ++j) {
                const brute expected{z, i, x, j};
                const auto found = static_cast<double>(sums.view()(i, j));
                all = all && std::abs(found - expected.sum) <= bound<T>(150) * expected.scale;
            }
        }
        CHECK_MESSAGE(all, width << " channels");
    }
}

TEST_CASE("small integers are summed up exactly, whatever the order") {
    matrix x(515, 45);
    for (index_t i = 0; i < x.values.size(); ++i) {
        x.values[i] = static_cast<float>(static_cast<int>(i * 7 % 13) - 6);
    }
    gradus::serial here;
    const auto narrow = products_of<float>(x, here);
    const auto wide = products_of<double>(x, here);
    bool equal = true;
    for (index_t i = 0; i < x.cols; ++i) {
        for (index_t j = 0; j <= i; ++j) {
            equal = equal && static_cast<double>(narrow(i, j)) == brute(x, i, x, j).sum &&
                    wide(i, j) == brute(x, i, x, j).sum;
        }
    }
    CHECK(equal);
}

TEST_CASE_TEMPLATE("the number of threads changes no bit", T, float, double) {
    const matrix z(260, 133, 50);
    const matrix x(260, 133, 51);
    gradus::serial here;
    const auto alone = products_of<T>(x, here);
    const auto cross_alone = cross_of<T>(z, x, here);
    for (const unsigned workers : {2u, 5u}) {
        gradus::thread_pool threads{workers};
        const auto shared = products_of<T>(x, threads);
        const auto cross_shared = cross_of<T>(z, x, threads);
        CHECK(std::equal(alone.entries().begin(), alone.entries().end(), shared.entries().begin()));
        CHECK(std::equal(cross_alone.entries().begin(), cross_alone.entries().end(),
                         cross_shared.entries().begin()));
    }
}

TEST_CASE("the triangle is copied to the lower half and nowhere else") {
    const matrix x(20, 5, 60);
    gradus::serial here;
    const auto sums = products_of<float>(x, here);
    matrix square(5, 5);
    for (float& v : square.values) {
        v = -1.0f;
    }
    sums.copy_lower(square.view());
    for (index_t i = 0; i < 5; ++i) {
        for (index_t j = 0; j < 5; ++j) {
            CHECK(square(i, j) == (j <= i ? sums(i, j) : -1.0f));
        }
    }
}

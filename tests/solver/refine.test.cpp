// SPDX-License-Identifier: MIT
// Refining never loses, ends where no single code can be better, and keeps the books.
#include "layer.hpp"
#include "seed.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/grouping/group.hpp>
#include <gradus/kernels/pack_codes.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/scale/log8_scale.hpp>

namespace {

using gradus::damping;
using gradus::damping_rule;
using gradus::index_t;
using gradus::matrix_view;
using gradus::none;
using gradus::obs_options;
using gradus::recipe;
using gradus::unquantized;
using gradus::unstructured;
using gradus::test::factor_of;
using gradus::test::layer;
using gradus::test::obs_layout;
using gradus::test::random_layer;

constexpr damping some{0.05, damping_rule::column};

layer damped(layer l) {
    for (index_t j = 0; j < l.cols; ++j) {
        l.h[j * l.cols + j] *= 1.05;
    }
    return l;
}

template <class T, class Recipe, class Sparsity>
double loss_after(const layer& l,
                  std::vector<T>& q,
                  const Recipe& how,
                  const Sparsity& zeros,
                  int sweeps,
                  obs_options o = {}) {
    o.refine = sweeps;
    q = gradus::test::converted<T>(l.w);
    const auto f = factor_of<T>(l, some);
    const auto done = gradus::obs(matrix_view<T>{q.data(), l.rows, l.cols}, f, how, zeros, o);
    REQUIRE(done.has_value());
    CHECK(done.value().zeros == static_cast<index_t>(std::count(q.begin(), q.end(), T(0))));
    return done.value().loss;
}

}  // namespace

TEST_CASE_TEMPLATE("the loss never rises, and is that of the values", T, float, double) {
    const layer l = random_layer(40, 700, 900, gradus::test::seed());
    const layer exact = damped(l);
    const double close = sizeof(T) == 4 ? 2e-4 : 1e-9;
    const auto check = [&](const auto& how, const auto& zeros, const obs_options& o = {}) {
        std::vector<T> q;
        double before = loss_after<T>(l, q, how, zeros, 0, o);
        for (int k = 1; k <= 4; ++k) {
            std::vector<T> start = q;
            const double now = loss_after<T>(l, q, how, zeros, k, o);
            CHECK(now <= before);
            CHECK(now == doctest::Approx(exact.error_of(q)).epsilon(close));
            for (index_t i = 0;
                 i < q.size() && !std::is_same_v<std::decay_t<decltype(zeros)>, none>; ++i) {
                if (start[i] == T(0)) { REQUIRE(q[i] == T(0)); }
            }
            before = now;
        }
    };
    using gradus::group;
    using gradus::mse_search;
    check(recipe<obs_layout<4>, mse_search>{}, none{});
    check(recipe<obs_layout<2>, mse_search>{}, unstructured{});
    check(recipe<obs_layout<3, group<64>>, mse_search>{}, unstructured{});
    check(recipe<gradus::layout<gradus::adaptive_quantile<3>, group<64>, gradus::log8_scale>,
                 mse_search>{},
          gradus::n_of_m<2, 4>{});
    check(unquantized{}, unstructured{0.6});
    check(unquantized{}, gradus::n_of_m<2, 4>{});
    obs_options fixed;
    fixed.grids = gradus::grid_time::fixed;
    check(recipe<gradus::layout<gradus::ternary, group<32>>>{}, unstructured{0.5}, fixed);
}

TEST_CASE("in the end no code by itself can do better") {
    const layer l = random_layer(6, 90, 140, gradus::test::seed());
    const layer exact = damped(l);
    std::vector<double> q;
    using how = recipe<obs_layout<3>, gradus::mse_search>;
    auto o = obs_options{};
    o.refine = 60;
    q = l.w;
    const auto f = factor_of<double>(l, some);
    const auto done =
        gradus::obs(matrix_view<double>{q.data(), l.rows, l.cols}, f, how{}, none{}, o);
    REQUIRE(done.has_value());
    const double found = exact.error_of(q);
    const auto codes = done.value().codes.view();
    for (index_t r = 0; r < l.rows; ++r) {
        const auto scale = static_cast<double>(codes.scales(r, 0));
        for (index_t j = 0; j < l.cols; j += 7) {
            for (const int step : {-1, 1}) {
                const int code = codes.codes(r, j) + step;
                if (code < 0 || code > 7) { continue; }
                auto other = q;
                other[r * l.cols + j] += step * scale;
                CHECK(exact.error_of(other) >= found * (1.0 - 1e-9));
            }
        }
    }
}

TEST_CASE("scales are fitted where groups have their own, and pack with their codes") {
    using L = gradus::layout<gradus::uniform_symmetric<3>, gradus::group<32>>;
    const layer l = random_layer(50, 200, 300, gradus::test::seed());
    const auto f = factor_of<float>(l, some);
    obs_options o;
    auto codes_after = [&](int sweeps, std::vector<float>& q) {
        q = gradus::test::converted<float>(l.w);
        o.refine = sweeps;
        auto done =
            gradus::obs(matrix_view<float>{q.data(), l.rows, l.cols}, f, recipe<L>{}, none{}, o);
        REQUIRE(done.has_value());
        return std::move(*done);
    };
    std::vector<float> q;
    const auto before = codes_after(0, q);
    const auto after = codes_after(2, q);
    CHECK(before.codes.scales != after.codes.scales);
    const auto packed = gradus::pack_codes<L>(after.codes.view(), after.map, after.groups);
    REQUIRE(packed.has_value());
    std::vector<float> decoded(l.rows * l.cols);
    gradus::decode(packed.value().view(), matrix_view<float>{decoded.data(), l.rows, l.cols});
    CHECK(decoded == q);
}

TEST_CASE("refined bits are the same for any number of threads") {
    const layer l = random_layer(200, 600, 700, gradus::test::seed());
    const auto f = factor_of<float>(l, some);
    const auto run = [&](const auto& how, auto& threads) {
        auto q = gradus::test::converted<float>(l.w);
        obs_options o;
        o.refine = 2;
        const auto done = gradus::obs(matrix_view<float>{q.data(), l.rows, l.cols}, f, how,
                                      unstructured{}, o, threads);
        REQUIRE(done.has_value());
        return std::pair{q, done.value().row_loss};
    };
    gradus::serial alone;
    gradus::thread_pool pool{3};
    using how = recipe<obs_layout<3, gradus::group<64>>, gradus::mse_search>;
    CHECK(run(how{}, alone) == run(how{}, pool));
    CHECK(run(unquantized{}, alone) == run(unquantized{}, pool));
}

TEST_CASE("a support that is chosen beforehand leaves less error, and has as many zeros") {
    const layer l = random_layer(45, 300, 420, gradus::test::seed());
    const layer exact = damped(l);
    const auto check = [&](const auto& how, const auto& zeros, index_t count) {
        std::vector<double> q;
        obs_options o;
        const double quick = loss_after<double>(l, q, how, zeros, 3, o);
        o.quality = 8;
        const double slow = loss_after<double>(l, q, how, zeros, 3, o);
        CHECK(slow == doctest::Approx(exact.error_of(q)).epsilon(1e-9));
        CHECK(slow < quick);
        CHECK(static_cast<index_t>(std::count(q.begin(), q.end(), 0.0)) >= count);
        return q;
    };
    const unstructured half{0.5};
    const auto q = check(unquantized{}, half, half.zeros(45 * 300));
    CHECK(static_cast<index_t>(std::count(q.begin(), q.end(), 0.0)) == half.zeros(45 * 300));
    (void)check(recipe<obs_layout<6>, gradus::mse_search>{}, half, half.zeros(45 * 300));
    const auto pairs = check(unquantized{}, gradus::n_of_m<2, 4>{}, 45 * 150);
    for (index_t i = 0; i < pairs.size(); i += 4) {
        REQUIRE(std::count(pairs.begin() + static_cast<std::ptrdiff_t>(i),
                           pairs.begin() + static_cast<std::ptrdiff_t>(i + 4), 0.0) == 2);
    }
}

// SPDX-License-Identifier: MIT
// Orders are what they say, and trying several keeps the best.
#include "layer.hpp"
#include "seed.hpp"

#include <gradus/grouping/group.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/solver/obs_orders.hpp>

namespace {

using gradus::index_t;
using gradus::matrix_view;
using gradus::run_recipe;
using gradus::step_order;
using gradus::test::layer;
using gradus::test::random_layer;

template <class M> using grouped = gradus::layout<M, gradus::group<>>;
using test_menu =
    gradus::menu<grouped<gradus::uniform_symmetric<2>>, grouped<gradus::uniform_symmetric<4>>>;

}  // namespace

TEST_CASE("runs by width, groups by curvature") {
    const gradus::run_width runs[] = {{{0, 2, 2}, 4}, {{2, 3, 2}, 2}, {{5, 1, 1}, 8}};
    const std::vector<float> h{1.0f, 2.0f, 9.0f, 0.0f, 5.0f, 4.0f};
    using order = std::vector<index_t>;
    CHECK(gradus::order_of(step_order::natural, runs, h) == order{0, 1, 2, 3, 4, 5});
    CHECK(gradus::order_of(step_order::widest_first, runs, h) == order{5, 0, 1, 2, 3, 4});
    CHECK(gradus::order_of(step_order::narrowest_first, runs, h) == order{2, 3, 4, 0, 1, 5});
    CHECK(gradus::order_of(step_order::curvature, runs, h) == order{4, 2, 3, 5, 0, 1});
}

TEST_CASE("the best of several orders is kept, with its weights") {
    const layer l = random_layer(30, 160, 260, gradus::test::seed());
    gradus::hessian<double> h{l.cols};
    std::vector<double> half(l.h);
    for (double& x : half) {
        x /= 2.0;
    }
    h.assign({half.data(), l.cols, l.cols}, 1);
    const std::vector<run_recipe> runs{{96, "uniform_symmetric4_g32_f16", {}},
                                       {64, "uniform_symmetric2_g32_f16", {}}};
    const auto widths = gradus::widths_of<test_menu>(runs, l.cols);
    REQUIRE(widths.has_value());
    CHECK(widths.value()[1].bits == 2);
    std::vector<float> curvature(l.cols);
    for (index_t j = 0; j < l.cols; ++j) {
        curvature[j] = static_cast<float>(l.h[j * l.cols + j]);
    }
    std::vector<gradus::ordered_factor<double>> orders;
    for (const auto how : {step_order::natural, step_order::widest_first,
                           step_order::narrowest_first, step_order::curvature}) {
        auto f = gradus::factorize_in_order(h, gradus::order_of(how, widths.value(), curvature),
                                            {0.05, gradus::damping_rule::column});
        REQUIRE(f.has_value());
        orders.push_back(std::move(*f));
    }
    auto q = l.w;
    const auto best =
        gradus::obs_mixed<test_menu>(matrix_view<double>{q.data(), l.rows, l.cols},
                                     std::span<const gradus::ordered_factor<double>>{orders},
                                     std::span<const run_recipe>{runs}, gradus::none{});
    REQUIRE(best.has_value());
    const auto& all = best.value();
    REQUIRE(all.losses.size() == 4);
    CHECK(all.codes.loss == *std::min_element(all.losses.begin(), all.losses.end()));
    CHECK(all.losses[all.index] == all.codes.loss);
    // The loss is that of the values, in whatever order.
    layer damped = l;
    for (index_t j = 0; j < l.cols; ++j) {
        damped.h[j * l.cols + j] *= 1.05;
    }
    CHECK(all.codes.loss == doctest::Approx(damped.error_of(q)).epsilon(1e-9));
    // Natural is what the order of the matrix gives; narrowest first puts the second run first.
    CHECK(all.losses[0] == all.losses[1]);
    CHECK(all.losses[0] != all.losses[2]);
}

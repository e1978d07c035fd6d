// SPDX-License-Identifier: MIT
// The answers of the published GPTQ and SparseGPT codes, decision by decision.
#include "layer.hpp"

#include <gradus/grouping/group.hpp>

#include <numeric>

namespace {

using gradus::grid_time;
using gradus::index_t;
using gradus::matrix_view;
using gradus::obs_options;
using gradus::recipe;
using gradus::zero_budget;
using gradus::test::layer;
using gradus::test::obs_layout;

constexpr gradus::damping published{0.01, gradus::damping_rule::mean};
constexpr gradus::unstructured half{0.5, zero_budget::block, 128};
constexpr obs_options as_published{grid_time::blocks, 128, false, {}, 0, 0, {}};

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    double worst = 0.0;
    for (index_t i = 0; i < a.size(); ++i) {
        worst = std::max(worst, std::abs(a[i] - b[i]));
    }
    return worst;
}

/// The answer in double is the published one to `bound`, and the one in float errs as much.
template <class Recipe, class Sparsity>
void check(const char* name,
           double error,
           double bound,
           const Recipe& how,
           const Sparsity& zeros,
           const obs_options& o = as_published,
           gradus::damping damp = published,
           std::vector<double> h = {}) {
    CAPTURE(name);
    layer l = gradus::test::reference_layer();
    if (!h.empty()) { l.h = std::move(h); }
    layer stepped = l;
    for (index_t i = 0; i < l.cols && !o.order.empty(); ++i) {
        for (index_t j = 0; j < l.cols; ++j) {
            stepped.h[i * l.cols + j] = l.h[o.order[i] * l.cols + o.order[j]];
        }
    }
    const auto expected = gradus::test::read_vector(name, l.rows * l.cols);
    auto q = l.w;
    const auto exact = gradus::test::factor_of<double>(stepped, damp);
    const auto done =
        gradus::obs(matrix_view<double>{q.data(), l.rows, l.cols}, exact, how, zeros, o);
    REQUIRE(done.has_value());
    CHECK(largest_difference(q, expected) < bound);
    CHECK(l.relative_error_of(q) == doctest::Approx(error).epsilon(1e-6));

    auto rounded = gradus::test::converted<float>(l.w);
    const auto quick = gradus::test::factor_of<float>(stepped, damp);
    const auto ran =
        gradus::obs(matrix_view<float>{rounded.data(), l.rows, l.cols}, quick, how, zeros, o);
    REQUIRE(ran.has_value());
    const std::vector<double> wide(rounded.begin(), rounded.end());
    CHECK(l.relative_error_of(wide) == doctest::Approx(error).epsilon(1e-3));
}

// Scales are floats here and doubles there: values of 1 differ by 1e-7, other codes by 0.01.
constexpr double on_grid = 2e-6;

}  // namespace

TEST_CASE("pruning: the published weights to twelve digits") {
    if (!gradus::test::have_vectors()) { return; }
    check("sparse50", 0.0295953997259, 1e-12, gradus::unquantized{}, half);
    check("sparse24", 0.0641531195065, 1e-12, gradus::unquantized{}, gradus::n_of_m<2, 4>{});
}

TEST_CASE("quantization: the published codes") {
    if (!gradus::test::have_vectors()) { return; }
    check("gptq4_row", 0.00460242462802, on_grid, recipe<obs_layout<4>>{}, gradus::none{});
    using g32 = obs_layout<3, gradus::group<32>>;
    check("gptq3_g32", 0.0129164614674, on_grid, recipe<g32>{}, gradus::none{});
    check("gptq3_g32_block32", 0.0128804565213, on_grid, recipe<g32>{}, gradus::none{},
          {grid_time::blocks, 32, false, {}, 0, 0, {}});
}

TEST_CASE("quantization in order of falling curvature, with groups as the weights lie") {
    if (!gradus::test::have_vectors()) { return; }
    const layer l = gradus::test::reference_layer();
    std::vector<index_t> order(l.cols);
    std::iota(order.begin(), order.end(), index_t{0});
    std::stable_sort(order.begin(), order.end(), [&](index_t a, index_t b) {
        return l.h[a * l.cols + a] > l.h[b * l.cols + b];
    });
    check("gptq4_g32_static_actorder", 0.00270603669991, on_grid,
          recipe<obs_layout<4, gradus::group<32>>>{}, gradus::none{},
          {grid_time::fixed, 128, false, order, 0, 0, {}});
}

TEST_CASE("pruning and quantizing at once: the published codes and zeros") {
    if (!gradus::test::have_vectors()) { return; }
    const recipe<obs_layout<4>> how{};
    check("sparse50_w4", 0.0332417935973, on_grid, how, half);
    check("sparse50_w4_block32", 0.0300299759426, on_grid, how,
          gradus::unstructured{0.5, zero_budget::block, 32});
}

TEST_CASE("the same with two dead inputs") {
    if (!gradus::test::have_vectors()) { return; }
    layer l = gradus::test::reference_layer();
    double mean = 0.0;
    double published_mean = 0.0;  // with 1 in place of each dead column's curvature
    for (index_t j = 0; j < l.cols; ++j) {
        const bool dead = j == 5 || j == 77;
        for (index_t i = 0; i < l.cols && dead; ++i) {
            l.h[i * l.cols + j] = l.h[j * l.cols + i] = 0.0;
        }
        mean += l.h[j * l.cols + j];
        published_mean += dead ? 1.0 : l.h[j * l.cols + j];
    }
    const gradus::damping damp{0.01 * published_mean / mean, gradus::damping_rule::mean};
    check("sparse50_w4_dead", 0.0324168582468, on_grid, recipe<obs_layout<4>>{}, half, as_published,
          damp, l.h);
}

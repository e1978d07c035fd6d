// SPDX-License-Identifier: MIT
// A matrix in runs of different layouts: the same codes where they are alike, true losses always.
#include "layer.hpp"
#include "seed.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/grouping/group.hpp>
#include <gradus/kernels/decode.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/log8_scale.hpp>
#include <gradus/solver/obs_mixed.hpp>

namespace {

using gradus::damping;
using gradus::damping_rule;
using gradus::index_t;
using gradus::matrix_view;
using gradus::mixed_codes;
using gradus::none;
using gradus::obs_options;
using gradus::recipe;
using gradus::run_recipe;
using gradus::unstructured;
using gradus::test::factor_of;
using gradus::test::layer;
using gradus::test::random_layer;

template <class M, class S = gradus::f16_scale>
using grouped = gradus::layout<M, gradus::group<>, S>;
using trained = grouped<gradus::adaptive_quantile<4>, gradus::log8_scale>;
using affine = grouped<gradus::uniform_asymmetric<3>>;
using test_menu = gradus::menu<grouped<gradus::uniform_symmetric<2>>,
                               affine,
                               trained,
                               grouped<gradus::ternary>,
                               gradus::layout<gradus::uniform_symmetric<4>, gradus::tensor>>;

constexpr damping some{0.05, damping_rule::column};

template <class T, class S>
mixed_codes solved(const layer& l,
                   std::vector<T>& q,
                   const std::vector<run_recipe>& runs,
                   const S& zeros,
                   const obs_options& o = {}) {
    const auto f = factor_of<T>(l, some);
    q = gradus::test::converted<T>(l.w);
    auto done = gradus::obs_mixed<test_menu>(matrix_view<T>{q.data(), l.rows, l.cols}, f,
                                             std::span<const run_recipe>{runs}, zeros, o);
    REQUIRE(done.has_value());
    return std::move(*done);
}

layer damped(layer l) {
    for (index_t j = 0; j < l.cols; ++j) {
        l.h[j * l.cols + j] *= 1.05;
    }
    return l;
}

/// The values that the packed parts stand for, column by column.
std::vector<float> decoded(const mixed_codes& m) {
    std::vector<float> all(m.matrix.rows * m.matrix.cols);
    for (const gradus::column_run& run : m.matrix.runs) {
        const auto name = gradus::parse_layout_name(run.part.layout);
        REQUIRE(name.has_value());
        const bool found = test_menu::visit(*name, [&]<class L>(const gradus::layout_choice<L>& c) {
            auto view = gradus::view_of<L>(c, run.part.bytes.bytes(), run.part.rows, run.part.cols,
                                           run.part.codebook);
            REQUIRE(view.has_value());
            std::vector<float> part(run.part.rows * run.part.cols);
            gradus::decode(*view, matrix_view<float>{part.data(), run.part.rows, run.part.cols});
            for (index_t r = 0; r < run.part.rows; ++r) {
                std::copy_n(part.data() + r * run.part.cols, run.part.cols,
                            all.data() + r * m.matrix.cols + run.first);
            }
        });
        REQUIRE(found);
    }
    return all;
}

const gradus::any_range searched{gradus::mse_search{}};

const std::vector<run_recipe> three_widths{{100, "uniform_symmetric2_g32_f16", searched},
                                           {172, "uniform_asymmetric3_channel_f16", searched},
                                           {256, "adaptive_quantile4_g64_log8", searched},
                                           {40, "ternary_g16_f16", searched}};

}  // namespace

TEST_CASE_TEMPLATE("one run is what its layout gives alone, bit for bit", L, trained, affine) {
    const layer l = random_layer(70, 330, 500, gradus::test::seed());
    const auto f = factor_of<float>(l, some);
    const typename L::grouping_type groups{64};
    const auto check = [&](const auto& zeros) {
        auto alone = gradus::test::converted<float>(l.w);
        const auto single = gradus::obs(matrix_view<float>{alone.data(), l.rows, l.cols}, f,
                                        recipe<L, gradus::mse_search>{.groups = groups}, zeros);
        REQUIRE(single.has_value());
        std::vector<float> q;
        const std::string name = gradus::name_of_layout<L>({}, groups);
        const auto mixed = solved(l, q, {{l.cols, name, searched}}, zeros);
        CHECK(q == alone);
        CHECK(mixed.row_loss == single.value().row_loss);
        CHECK(mixed.runs[0].codes.codes == single.value().codes.codes);
        CHECK(mixed.runs[0].codes.scales == single.value().codes.scales);
        CHECK(mixed.runs[0].codes.row_words == single.value().codes.row_words);
    };
    check(none{});
    check(unstructured{0.4});
    check(gradus::n_of_m<2, 4>{});
}

TEST_CASE("equal layouts side by side are one, where their grids do not meet") {
    const layer l = random_layer(40, 384, 500, gradus::test::seed());
    std::vector<float> whole;
    std::vector<float> parts;
    const std::string name = "uniform_asymmetric3_g64_f16";
    const auto one = solved(l, whole, {{384, name, searched}}, none{});
    const auto two = solved(l, parts, {{128, name, searched}, {256, name, searched}}, none{});
    CHECK(whole == parts);
    CHECK(one.row_loss == two.row_loss);
}

TEST_CASE_TEMPLATE("losses are those of the values, and the parts decode to them",
                   T,
                   float,
                   double) {
    const layer l = random_layer(50, 568, 700, gradus::test::seed());
    const layer exact = damped(l);
    const double close = sizeof(T) == 4 ? 1e-4 : 1e-9;
    std::vector<T> q;
    const auto check = [&](const auto& zeros, const obs_options& o = {}) {
        const auto m = solved(l, q, three_widths, zeros, o);
        CHECK(m.loss == doctest::Approx(exact.error_of(q)).epsilon(close));
        CHECK(!m.matrix.find_bad_part().has_value());
        const auto values = decoded(m);
        bool same = true;
        for (index_t i = 0; i < q.size(); ++i) {
            same = same && std::abs(static_cast<double>(values[i]) - static_cast<double>(q[i])) <=
                               1e-6 * std::abs(static_cast<double>(q[i]));
        }
        CHECK(same);
        return m.zeros;
    };
    (void)check(none{});
    CHECK(check(unstructured{0.5}) >= unstructured{0.5}.zeros(50 * 568));
    (void)check(gradus::n_of_m<2, 4>{});
    // Backwards: runs and groups stay together, each from its last column on.
    std::vector<index_t> backwards(l.cols);
    for (index_t j = 0; j < l.cols; ++j) {
        backwards[j] = l.cols - 1 - j;
    }
    layer turned = l;
    for (index_t i = 0; i < l.cols; ++i) {
        for (index_t j = 0; j < l.cols; ++j) {
            turned.h[i * l.cols + j] = l.h[backwards[i] * l.cols + backwards[j]];
        }
    }
    const auto f = factor_of<T>(turned, some);
    q = gradus::test::converted<T>(l.w);
    obs_options o;
    o.order = backwards;
    const auto done = gradus::obs_mixed<test_menu>(matrix_view<T>{q.data(), l.rows, l.cols}, f,
                                                   std::span<const run_recipe>{three_widths},
                                                   unstructured{0.5}, o);
    REQUIRE(done.has_value());
    CHECK(done.value().loss == doctest::Approx(exact.error_of(q)).epsilon(close));
}

TEST_CASE("grids of weights that have moved are fresher") {
    // Coarse columns come first; what they lose moves the others, also those of a wide group.
    const layer l = random_layer(60, 900, 1200, gradus::test::seed());
    for (const char* name : {"uniform_asymmetric3_channel_f16", "uniform_asymmetric3_g128_f16"}) {
        const std::vector<run_recipe> runs{{200, "uniform_symmetric2_g32_f16", searched},
                                           {700, name, searched}};
        std::vector<float> q;
        obs_options fixed;
        fixed.grids = gradus::grid_time::fixed;
        const double stale = solved(l, q, runs, none{}, fixed).loss;
        const double fresh = solved(l, q, runs, none{}).loss;
        CHECK(fresh < stale);
    }
}

TEST_CASE("columns without a layout are zero, and others answer for them") {
    const layer l = random_layer(40, 200, 300, gradus::test::seed());
    std::vector<double> q;
    const std::vector<run_recipe> runs{{48, "", searched},
                                       {152, "uniform_asymmetric3_g32_f16", searched}};
    const auto m = solved(l, q, runs, none{});
    CHECK(m.matrix.runs.size() == 1);
    CHECK(m.matrix.runs[0].first == 48);
    CHECK(m.loss == doctest::Approx(damped(l).error_of(q)).epsilon(1e-9));
    for (index_t r = 0; r < l.rows; ++r) {
        CHECK(std::all_of(q.begin() + static_cast<std::ptrdiff_t>(r * 200),
                          q.begin() + static_cast<std::ptrdiff_t>(r * 200 + 48),
                          [](double x) { return x == 0.0; }));
    }
}

TEST_CASE("the same bytes for any number of threads") {
    const layer l = random_layer(150, 568, 700, gradus::test::seed());
    const auto f = factor_of<float>(l, some);
    const auto run = [&](auto& threads) {
        auto q = gradus::test::converted<float>(l.w);
        auto done = gradus::obs_mixed<test_menu>(matrix_view<float>{q.data(), l.rows, l.cols}, f,
                                                 std::span<const run_recipe>{three_widths},
                                                 unstructured{}, {}, threads);
        REQUIRE(done.has_value());
        return std::pair{q, done.value().row_loss};
    };
    gradus::serial alone;
    gradus::thread_pool pool{3};
    CHECK(run(alone) == run(pool));
}

TEST_CASE("runs that make no matrix are refused by name") {
    const layer l = random_layer(4, 64, 90, gradus::test::seed());
    const auto f = factor_of<float>(l, some);
    const auto refused = [&](const std::vector<run_recipe>& runs, const auto& zeros,
                             const obs_options& o, gradus::errc code) {
        auto q = gradus::test::converted<float>(l.w);
        const auto done =
            gradus::obs_mixed<test_menu>(matrix_view<float>{q.data(), l.rows, l.cols}, f,
                                         std::span<const run_recipe>{runs}, zeros, o);
        REQUIRE(!done.has_value());
        CHECK(done.error().code == code);
    };
    const std::string name = "uniform_asymmetric3_g32_f16";
    refused({}, none{}, {}, gradus::errc::invalid_argument);
    refused({{32, name, {}}}, none{}, {}, gradus::errc::invalid_argument);
    refused({{64, name, {}}, {0, name, {}}}, none{}, {}, gradus::errc::invalid_argument);
    refused({{64, "uniform_asymmetric5_g32_f16", {}}}, none{}, {}, gradus::errc::not_found);
    refused({{64, "nonsense", {}}}, none{}, {}, gradus::errc::not_found);
    refused({{64, "uniform_symmetric4_tensor_f16", {}}}, none{}, {},
            gradus::errc::invalid_argument);
    std::vector<index_t> scattered(64);
    for (index_t j = 0; j < 64; ++j) {
        scattered[j] = j % 2 * 32 + j / 2;
    }
    obs_options o;
    o.order = scattered;
    refused({{64, name, {}}}, gradus::n_of_m<2, 4>{}, o, gradus::errc::invalid_argument);
}

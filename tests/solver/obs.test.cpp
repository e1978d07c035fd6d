// SPDX-License-Identifier: MIT
// What a sweep decides is the best there is, given what it decided before.
#include "layer.hpp"
#include "seed.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/grouping/group.hpp>
#include <gradus/kernels/pack_codes.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/range/mse_search.hpp>

namespace {

using gradus::damping;
using gradus::damping_rule;
using gradus::grid_time;
using gradus::index_t;
using gradus::matrix_view;
using gradus::none;
using gradus::obs_options;
using gradus::recipe;
using gradus::unquantized;
using gradus::unstructured;
using gradus::zero_budget;
using gradus::test::factor_of;
using gradus::test::layer;
using gradus::test::obs_layout;
using gradus::test::random_layer;

constexpr damping some{0.05, damping_rule::column};

/// The layer of four inputs in the literature's worked example.
layer worked_example() {
    return {2,
            4,
            {.9, -.3, .05, -1.2, -.4, .8, .6, .1},
            {14, 7, 2, -2, 7, 3.62, 1.6, -1, 2, 1.6, 6, -1, -2, -1, -1, 12.5}};
}

template <class Recipe, class Sparsity>
std::vector<double> solved(const layer& l,
                           const damping& damp,
                           const Recipe& how,
                           const Sparsity& zeros,
                           const obs_options& o,
                           double& loss) {
    auto q = l.w;
    const auto f = factor_of<double>(l, damp);
    const auto done = gradus::obs(matrix_view<double>{q.data(), l.rows, l.cols}, f, how, zeros, o);
    REQUIRE(done.has_value());
    loss = done.value().loss;
    return q;
}

void check_values(const std::vector<double>& q, const std::vector<double>& expected) {
    for (index_t i = 0; i < q.size(); ++i) {
        CHECK(q[i] == doctest::Approx(expected[i]).epsilon(1e-4));
    }
}

constexpr damping mean_of_one_percent{0.01, damping_rule::mean};
constexpr obs_options as_published{grid_time::fixed, 128, false, {}, 0, 0, {}};

/// The best values of columns [from, n) of a row, given errors in the columns before: the solution
/// of (e H)_F = 0 by elimination. Damped H.
std::vector<double> best_rest(const layer& l,
                              const std::vector<double>& damped,
                              index_t row,
                              const std::vector<double>& error,
                              index_t from) {
    const index_t n = l.cols;
    const index_t m = n - from;
    std::vector<double> a(m * (m + 1));
    for (index_t i = 0; i < m; ++i) {
        for (index_t j = 0; j < m; ++j) {
            a[i * (m + 1) + j] = damped[(from + i) * n + from + j];
        }
        for (index_t k = 0; k < from; ++k) {
            a[i * (m + 1) + m] -= error[k] * damped[k * n + from + i];
        }
    }
    for (index_t p = 0; p < m; ++p) {
        for (index_t i = 0; i < m; ++i) {
            if (i == p) { continue; }
            const double factor = a[i * (m + 1) + p] / a[p * (m + 1) + p];
            for (index_t j = p; j <= m; ++j) {
                a[i * (m + 1) + j] -= factor * a[p * (m + 1) + j];
            }
        }
    }
    std::vector<double> x(m);
    for (index_t i = 0; i < m; ++i) {  // e = w - x
        x[i] = l.w[row * n + from + i] - a[i * (m + 1) + m] / a[i * (m + 1) + i];
    }
    return x;
}

std::vector<double> damped_by_column(const layer& l, double share) {
    auto h = l.h;
    for (index_t j = 0; j < l.cols; ++j) {
        h[j * l.cols + j] *= 1.0 + share;
    }
    return h;
}

}  // namespace

TEST_CASE("the worked example: joint, 2:4 and dense, to the printed digits") {
    double loss = 0.0;
    const layer l = worked_example();
    auto q = solved(l, mean_of_one_percent, recipe<obs_layout<3>>{}, none{}, as_published, loss);
    check_values(q, {.9, -.3, 0, -1.2, -.342857, .685714, .685714, .171429});
    CHECK(loss / 2.0 == doctest::Approx(.05162).epsilon(1e-3));
    CHECK(l.error_of(q) / 2.0 == doctest::Approx(.05021).epsilon(1e-3));

    q = solved(l, mean_of_one_percent, unquantized{}, gradus::n_of_m<2, 4>{}, as_published, loss);
    check_values(q, {.9, 0, 0, -1.18014, 0, .01442, .67621, 0});
    CHECK(loss / 2.0 == doctest::Approx(.27545).epsilon(1e-3));
    CHECK(l.error_of(q) / 2.0 == doctest::Approx(.23546).epsilon(1e-3));

    const unstructured block{0.5, zero_budget::block, 128};
    q = solved(l, mean_of_one_percent, unquantized{}, block, as_published, loss);
    check_values(q, {0, 0, 0, -1.32311, 0, .01442, .67621, 0});
    CHECK(loss / 2.0 == doctest::Approx(4.08909).epsilon(1e-3));
    CHECK(l.error_of(q) / 2.0 == doctest::Approx(4.01186).epsilon(1e-3));

    q = solved(l, mean_of_one_percent, recipe<obs_layout<3>>{}, block, as_published, loss);
    check_values(q, {0, 0, 0, -1.2, 0, 0, .685714, 0});
    CHECK(loss / 2.0 == doctest::Approx(4.18442).epsilon(1e-3));
    CHECK(l.error_of(q) / 2.0 == doctest::Approx(4.10677).epsilon(1e-3));
}

TEST_CASE("each code is the nearest to the best value left, whatever the blocks") {
    // Widths around every block of the sweep; the best values come from elimination.
    for (const index_t n : {1u, 5u, 16u, 17u, 130u}) {
        const layer l = random_layer(3, n, 3 * n + 5, gradus::test::seed());
        const auto damped = damped_by_column(l, 0.05);
        auto q = l.w;
        const auto f = factor_of<double>(l, some);
        const auto done = gradus::obs(matrix_view<double>{q.data(), l.rows, n}, f,
                                      recipe<obs_layout<3>>{}, none{}, as_published);
        REQUIRE(done.has_value());
        const auto codes = done.value().codes.view();
        for (index_t r = 0; r < l.rows; ++r) {
            std::vector<double> error(n);
            for (index_t j = 0; j < n; j += n > 40 ? 13 : 1) {
                for (index_t k = 0; k < j; ++k) {
                    error[k] = l.w[r * n + k] - q[r * n + k];
                }
                const double x = best_rest(l, damped, r, error, j)[0];
                const double scale = static_cast<double>(codes.scales(r, 0));
                const double zero = static_cast<double>(codes.zeros(r, 0));
                const double position = std::clamp(x / scale + zero, 0.0, 7.0);
                const double code = static_cast<double>(codes.codes(r, j));
                CHECK(std::abs(code - position) <= 0.5 + 1e-9);
                CHECK(q[r * n + j] == doctest::Approx((code - zero) * scale));
            }
        }
    }
}

TEST_CASE("the loss of a sweep is the damped error of what came out") {
    const layer l = random_layer(40, 150, 400, gradus::test::seed());
    layer damped = l;
    damped.h = damped_by_column(l, 0.05);
    double loss = 0.0;
    const auto check = [&](const std::vector<double>& q) {
        CHECK(loss == doctest::Approx(damped.error_of(q)).epsilon(1e-9));
    };
    check(solved(l, some, recipe<obs_layout<4>>{}, none{}, {}, loss));
    check(solved(l, some, recipe<obs_layout<4>>{}, unstructured{}, {}, loss));
    check(solved(l, some, unquantized{}, unstructured{0.7}, {}, loss));
    check(solved(l, some, unquantized{}, gradus::n_of_m<2, 4>{}, {}, loss));
    check(solved(l, some, unquantized{}, gradus::n_of_m<1, 8>{}, {}, loss));

    // In float to 1e-5, as the sums allow.
    const auto f = factor_of<float>(l, some);
    auto q = gradus::test::converted<float>(l.w);
    const auto done = gradus::obs(matrix_view<float>{q.data(), l.rows, l.cols}, f,
                                  recipe<obs_layout<4>, gradus::mse_search>{}, unstructured{});
    REQUIRE(done.has_value());
    CHECK(done.value().loss == doctest::Approx(damped.error_of(q)).epsilon(1e-5));
}

TEST_CASE("between plain rounding and the best of all codes, and never better than that") {
    // All 8^5 codes of a row of five weights at 3 bits.
    constexpr index_t rows = 24;
    constexpr index_t n = 5;
    const layer l = random_layer(rows, n, 24, gradus::test::seed());
    const auto damped = damped_by_column(l, 0.05);
    auto q = l.w;
    const auto f = factor_of<double>(l, some);
    const auto done = gradus::obs(matrix_view<double>{q.data(), rows, n}, f,
                                  recipe<obs_layout<3>>{}, none{}, as_published);
    REQUIRE(done.has_value());
    const auto codes = done.value().codes.view();
    double best_total = 0.0;
    double nearest_total = 0.0;
    for (index_t r = 0; r < rows; ++r) {
        const double scale = static_cast<double>(codes.scales(r, 0));
        const double zero = static_cast<double>(codes.zeros(r, 0));
        const double* const w = l.w.data() + r * n;
        const auto row_error = [&](const double* values) {
            double sum = 0.0;
            for (index_t i = 0; i < n; ++i) {
                for (index_t j = 0; j < n; ++j) {
                    sum += (w[i] - values[i]) * damped[i * n + j] * (w[j] - values[j]);
                }
            }
            return sum;
        };
        double best = 1e300;
        double values[n];
        for (unsigned word = 0; word < 32768; ++word) {
            for (index_t j = 0; j < n; ++j) {
                values[j] = (static_cast<double>((word >> (3 * j)) & 7u) - zero) * scale;
            }
            best = std::min(best, row_error(values));
        }
        for (index_t j = 0; j < n; ++j) {
            const double code = std::clamp(std::nearbyint(w[j] / scale) + zero, 0.0, 7.0);
            values[j] = (code - zero) * scale;
        }
        nearest_total += row_error(values);
        best_total += best;
        CHECK(done.value().row_loss[r] >= best * (1.0 - 1e-9));
    }
    CHECK(done.value().loss < nearest_total);
    CHECK(done.value().loss < 2.0 * best_total);
}

TEST_CASE("exactly as many zeros as asked for") {
    for (const index_t rows : {1u, 31u, 33u, 70u}) {
        for (const index_t cols : {3u, 16u, 40u, 530u}) {
            const layer l = random_layer(rows, cols, 60, gradus::test::seed());
            const auto f = factor_of<float>(l, some);
            for (const double share : {0.0, 0.3, 0.5, 0.9}) {
                auto q = gradus::test::converted<float>(l.w);
                const auto done = gradus::obs(matrix_view<float>{q.data(), rows, cols}, f,
                                              unquantized{}, unstructured{share});
                REQUIRE(done.has_value());
                CHECK(done.value().zeros == unstructured{share}.zeros(rows * cols));
                CHECK(static_cast<index_t>(std::count(q.begin(), q.end(), 0.0f)) ==
                      done.value().zeros);
            }
        }
    }
}

TEST_CASE(
    "exactly as many zeros where a price decides among equals, and in rows of several slices") {
    const index_t rows = 32 * gradus::slice_panels + 70;
    layer l = random_layer(rows, 48, 60, gradus::test::seed());
    const auto f = factor_of<float>(l, some);
    const auto check = [&](double share) {
        auto q = gradus::test::converted<float>(l.w);
        gradus::thread_pool pool{2};
        const auto done = gradus::obs(matrix_view<float>{q.data(), rows, l.cols}, f, unquantized{},
                                      unstructured{share}, {}, pool);
        REQUIRE(done.has_value());
        CHECK(done.value().zeros == unstructured{share}.zeros(rows * l.cols));
    };
    for (const double share : {0.02, 0.5, 0.97}) {
        check(share);
    }
    for (index_t r = 0; r < rows; ++r) {  // all of a column cost as much, in some rows nothing
        std::fill_n(l.w.begin() + static_cast<std::ptrdiff_t>(r * l.cols), l.cols,
                    r % 3 == 0 ? 0.0 : 0.01);
    }
    for (const double share : {0.5, 0.97}) {
        check(share);
    }
}

TEST_CASE("as many zeros as asked for where codes follow and the last columns are cheap") {
    // Nearly all of those must go, and as they are alike, what goes makes the next ones dearer:
    // what one window lacks may not be more than those behind it have room for.
    const index_t rows = 64;
    for (const index_t cheap : {33u, 48u, 64u}) {
        layer l = random_layer(rows, 96, 300, gradus::test::seed());
        for (index_t i = 0; i < l.cols; ++i) {
            for (index_t j = l.cols - cheap; j < l.cols; ++j) {
                const bool both = i >= l.cols - cheap;
                const double alike = both ? (i == j ? 1e-4 : 0.9e-4) : 0.0;
                l.h[i * l.cols + j] = l.h[j * l.cols + i] = alike;
            }
        }
        const auto f = factor_of<float>(l, some);
        for (const double more : {-40.0, -1.0, 0.0, 1.0, 40.0}) {
            const double wanted = static_cast<double>(rows * cheap) + more + 0.25;
            const unstructured zeros{wanted / static_cast<double>(rows * l.cols)};
            auto q = gradus::test::converted<float>(l.w);
            const auto done = gradus::obs(matrix_view<float>{q.data(), rows, l.cols}, f,
                                          recipe<obs_layout<8>>{}, zeros);
            REQUIRE(done.has_value());
            CHECK(done.value().zeros >= zeros.zeros(rows * l.cols));
        }
    }
}

TEST_CASE("slices share zeros by what their rows cost") {
    // Every other panel is ten times as large: those of one slice, there being two.
    const index_t rows = 32 * 2 * gradus::slice_panels;
    layer l = random_layer(rows, 32, 60, gradus::test::seed());
    for (index_t r = 0; r < rows; ++r) {
        for (index_t j = 0; j < l.cols; ++j) {
            l.w[r * l.cols + j] *= r / 32 % 2 == 0 ? 10.0 : 1.0;
        }
    }
    const auto f = factor_of<float>(l, some);
    auto q = gradus::test::converted<float>(l.w);
    const auto done =
        gradus::obs(matrix_view<float>{q.data(), rows, l.cols}, f, unquantized{}, unstructured{});
    REQUIRE(done.has_value());
    index_t zeros[2] = {};
    for (index_t r = 0; r < rows; ++r) {
        const auto row = q.begin() + static_cast<std::ptrdiff_t>(r * l.cols);
        zeros[r / 32 % 2] +=
            static_cast<index_t>(std::count(row, row + static_cast<std::ptrdiff_t>(l.cols), 0.0f));
    }
    CHECK(zeros[0] + zeros[1] == rows * l.cols / 2);
    CHECK(10 * zeros[0] < 3 * zeros[1]);
}

TEST_CASE("one price for the matrix beats equal shares for blocks, and both beat magnitude") {
    const layer l = random_layer(96, 256, 600, gradus::test::seed());
    double by_price = 0.0;
    double by_block = 0.0;
    (void)solved(l, some, unquantized{}, unstructured{}, {}, by_price);
    (void)solved(l, some, unquantized{}, unstructured{0.5, zero_budget::block, 128}, {}, by_block);
    CHECK(by_price < by_block);
}

TEST_CASE("of every four columns two survive, and they are the right ones for a diagonal Hessian") {
    layer l = random_layer(20, 37, 1, gradus::test::seed());
    std::fill(l.h.begin(), l.h.end(), 0.0);
    for (index_t j = 0; j < l.cols; ++j) {
        l.h[j * l.cols + j] = 1.0 + static_cast<double>(j % 3);
    }
    double loss = 0.0;
    const auto q = solved(l, some, unquantized{}, gradus::n_of_m<2, 4>{}, {}, loss);
    for (index_t r = 0; r < l.rows; ++r) {
        for (index_t first = 0; first < l.cols; first += 4) {
            const index_t count = std::min<index_t>(4, l.cols - first);
            double cheapest_kept = 1e300;
            double dearest_gone = 0.0;
            index_t kept = 0;
            for (index_t j = first; j < first + count; ++j) {
                const double w = l.w[r * l.cols + j];
                const double cost = w * w * l.h[j * l.cols + j];
                if (q[r * l.cols + j] != 0.0) {
                    ++kept;
                    cheapest_kept = std::min(cheapest_kept, cost);
                    CHECK(q[r * l.cols + j] == w);
                } else {
                    dearest_gone = std::max(dearest_gone, cost);
                }
            }
            CHECK(kept == std::min<index_t>(2, count));
            CHECK(dearest_gone <= cheapest_kept);
        }
    }
}

TEST_CASE("the same bits for any number of threads") {
    const layer l = random_layer(1100, 260, 40, gradus::test::seed());
    const auto f = factor_of<float>(l, some);
    using how = recipe<obs_layout<3, gradus::group<64>>, gradus::mse_search>;
    const auto run = [&](const auto& recipe_or_none, const auto& zeros, auto& threads) {
        auto q = gradus::test::converted<float>(l.w);
        const auto done = gradus::obs(matrix_view<float>{q.data(), l.rows, l.cols}, f,
                                      recipe_or_none, zeros, {}, threads);
        REQUIRE(done.has_value());
        return std::pair{q, done.value().row_loss};
    };
    gradus::serial alone;
    for (const unsigned count : {2u, 3u}) {
        gradus::thread_pool pool{count};
        CHECK(run(how{}, unstructured{}, alone) == run(how{}, unstructured{}, pool));
        CHECK(run(how{}, none{}, alone) == run(how{}, none{}, pool));
        CHECK(run(unquantized{}, gradus::n_of_m<2, 4>{}, alone) ==
              run(unquantized{}, gradus::n_of_m<2, 4>{}, pool));
    }
}

TEST_CASE_TEMPLATE("codes and grids pack into a layout that decodes to the values",
                   L,
                   obs_layout<4>,
                   obs_layout<3, gradus::group<32>>,
                   gradus::layout<gradus::uniform_symmetric<4>, gradus::group<128>>) {
    const layer l = random_layer(50, 200, 300, gradus::test::seed());
    const auto f = factor_of<float>(l, some);
    auto q = gradus::test::converted<float>(l.w);
    const auto done =
        gradus::obs(matrix_view<float>{q.data(), l.rows, l.cols}, f,
                    recipe<L, gradus::mse_search>{}, unstructured{0.4}, {}, gradus::serial{});
    REQUIRE(done.has_value());
    const auto& codes = done.value();
    CHECK(codes.zeros >= unstructured{0.4}.zeros(50 * 200));
    const auto packed = gradus::pack_codes<L>(codes.codes.view(), codes.map, codes.groups);
    REQUIRE(packed.has_value());
    std::vector<float> decoded(l.rows * l.cols);
    gradus::decode(packed.value().view(), matrix_view<float>{decoded.data(), l.rows, l.cols});
    CHECK(decoded == q);
}

TEST_CASE("rows that count more keep more, and the report counts them so") {
    const layer l = random_layer(64, 200, 300, gradus::test::seed());
    layer exact = l;
    exact.h = damped_by_column(l, 0.05);
    std::vector<float> counts(l.rows);
    for (index_t r = 0; r < l.rows; ++r) {
        counts[r] = r % 2 == 0 ? 9.0f : 1.0f;
    }
    const auto f = factor_of<double>(l, some);
    const auto check = [&](const auto& how, obs_options o) {
        auto plain = l.w;
        const auto alike = gradus::obs(matrix_view<double>{plain.data(), l.rows, l.cols}, f, how,
                                       unstructured{}, o);
        REQUIRE(alike.has_value());
        o.row_weights = counts;
        auto q = l.w;
        const auto done =
            gradus::obs(matrix_view<double>{q.data(), l.rows, l.cols}, f, how, unstructured{}, o);
        REQUIRE(done.has_value());
        double weighted = 0.0;
        double before = 0.0;
        index_t zeros[2] = {};
        for (index_t r = 0; r < l.rows; ++r) {
            const double own = exact.row_error_of(q, r);
            weighted += static_cast<double>(counts[r]) * own;
            before += static_cast<double>(counts[r]) * exact.row_error_of(plain, r);
            const auto row = q.begin() + static_cast<std::ptrdiff_t>(r * l.cols);
            zeros[r % 2] += static_cast<index_t>(
                std::count(row, row + static_cast<std::ptrdiff_t>(l.cols), 0.0));
            CHECK(done.value().row_loss[r] ==
                  doctest::Approx(static_cast<double>(counts[r]) * own).epsilon(1e-6));
        }
        CHECK(done.value().loss == doctest::Approx(weighted).epsilon(1e-6));
        CHECK(weighted < before);
        CHECK(zeros[0] < zeros[1]);
    };
    check(unquantized{}, {});
    check(recipe<obs_layout<4>, gradus::mse_search>{}, {});
    obs_options slow;
    slow.quality = 6;
    slow.refine = 1;
    check(unquantized{}, slow);
}

TEST_CASE("what cannot be done is refused by name") {
    const layer l = random_layer(4, 20, 30, gradus::test::seed());
    const auto f = factor_of<float>(l, some);
    auto q = gradus::test::converted<float>(l.w);
    const auto refused = [&](const auto& outcome, gradus::errc code) {
        REQUIRE(!outcome.has_value());
        CHECK(outcome.error().code == code);
    };
    refused(gradus::obs(matrix_view<float>{q.data(), 8, 10}, f, unquantized{}, none{}),
            gradus::errc::invalid_argument);
    refused(gradus::obs(matrix_view<float>{q.data(), 4, 20}, f, unquantized{}, unstructured{1.0}),
            gradus::errc::invalid_argument);
    auto wrong = f;  // its factor is not that of its Hessian
    for (index_t i = 0; i < 20; ++i) {
        for (index_t j = i + 1; j < 20; ++j) {
            wrong.values[i * 20 + j] *= 0.5f;
        }
    }
    auto spoilt = q;
    refused(
        gradus::obs(matrix_view<float>{spoilt.data(), 4, 20}, wrong, unquantized{}, unstructured{}),
        gradus::errc::invalid_argument);
    using no_zero = gradus::layout<gradus::binary, gradus::group<32>>;
    refused(
        gradus::obs(matrix_view<float>{spoilt.data(), 4, 20}, f, recipe<no_zero>{}, unstructured{}),
        gradus::errc::invalid_argument);
    const std::vector<float> bad_rows{1.0f, 0.0f, 1.0f, 1.0f};
    obs_options rows;
    rows.row_weights = bad_rows;
    refused(gradus::obs(matrix_view<float>{q.data(), 4, 20}, f, unquantized{}, none{}, rows),
            gradus::errc::invalid_argument);
    q[25] = std::numeric_limits<float>::infinity();
    refused(gradus::obs(matrix_view<float>{q.data(), 4, 20}, f, unquantized{}, none{}),
            gradus::errc::nonfinite);
}

// SPDX-License-Identifier: MIT
// Losses by column add up to what the solver lost.
#include <gradus/compress/matrix_losses.hpp>
#include <gradus/core/random.hpp>

#include <doctest/doctest.h>

namespace {

using namespace gradus;

using two_widths = menu<shipped::grouped<adaptive_quantile<2>>,
                        shipped::grouped<adaptive_quantile<2>, log8_scale>,
                        shipped::grouped<adaptive_quantile<4>>,
                        shipped::grouped<adaptive_quantile<4>, log8_scale>>;

struct layer {
    index_t rows;
    index_t cols;
    std::vector<float> weights;
    ordered_factor<float> factor;
};

std::vector<float> normal_values(index_t count, std::uint64_t seed) {
    const random_key key = random_key::of(seed, 0);
    std::vector<float> values(count);
    for (index_t i = 0; i < count; ++i) {
        float sum = 0.0f;
        for (index_t k = 0; k < 4; ++k) {
            sum += static_cast<float>(key.below(65536, 4 * i + k)) / 65536.0f - 0.5f;
        }
        values[i] = sum;
    }
    return values;
}

layer some_layer(index_t rows, index_t cols) {
    const index_t tokens = 4 * cols;
    std::vector<float> x = normal_values(tokens * cols, 1);
    for (index_t t = 0; t < tokens; ++t) {
        for (index_t j = 1; j < cols; ++j) {
            x[t * cols + j] += 0.6f * x[t * cols + j - 1];
        }
    }
    hessian<float> h{cols};
    REQUIRE(h.accumulate({x.data(), tokens, cols}));
    std::vector<index_t> order(cols);
    for (index_t j = 0; j < cols; ++j) {
        order[j] = (j * 77 + 5) % cols;
    }
    auto factor = factorize_in_order(h, order);
    REQUIRE(factor);
    return {rows, cols, normal_values(rows * cols, 2), std::move(*factor)};
}

/// Measures, and keeps the losses that the solver itself told.
result<matrix_losses>
measured(const layer& l, std::span<const int> widths, std::vector<double>& told) {
    gradus::serial threads;
    const auto solve = [&](matrix_view<float> w, std::span<const run_recipe> runs) -> status {
        obs_options o;
        o.grids = grid_time::fixed;
        o.order = l.factor.order;
        const auto solved = obs_mixed<two_widths>(w, l.factor.factor, runs, none{}, o);
        if (!solved) { return solved.error(); }
        told.push_back(solved->loss);
        return done{};
    };
    return measure_losses({l.weights.data(), l.rows, l.cols}, l.factor, widths, {}, solve, false,
                          threads);
}

TEST_CASE("columns' losses add up to the matrix's, at every width") {
    const layer l = some_layer(48, 192);
    std::vector<double> told;
    const std::vector<int> widths{2, 4};
    const auto found = measured(l, widths, told);
    REQUIRE(found);
    REQUIRE(told.size() == 2);
    for (index_t w = 0; w < 2; ++w) {
        CHECK(found->total(w) == doctest::Approx(told[w]).epsilon(1e-4));
    }
    CHECK(found->total(1) < 0.2 * found->total(0));
}

TEST_CASE("a pruned matrix costs the damped energy of its outputs") {
    const layer l = some_layer(16, 64);
    std::vector<double> told;
    const std::vector<int> widths{0, 2};
    const auto found = measured(l, widths, told);
    REQUIRE(found);
    double energy = 0.0;
    for (index_t r = 0; r < l.rows; ++r) {
        for (index_t i = 0; i < l.cols; ++i) {
            for (index_t j = 0; j < l.cols; ++j) {
                // C + D above the diagonal of the factor, scaled by its roots.
                const auto& f = l.factor.factor;
                const double c = i == j
                                   ? 1.0 + static_cast<double>(f.added[i])
                                   : static_cast<double>(f.view()(std::min(i, j), std::max(i, j)));
                energy += c * static_cast<double>(f.root[i]) * static_cast<double>(f.root[j]) *
                          static_cast<double>(l.weights[r * l.cols + l.factor.order[i]]) *
                          static_cast<double>(l.weights[r * l.cols + l.factor.order[j]]);
            }
        }
    }
    CHECK(found->total(0) == doctest::Approx(energy).epsilon(1e-4));
    CHECK(found->total(1) < 0.5 * found->total(0));
}

TEST_CASE("a matrix of many rows is measured on a sample, scaled to the whole") {
    const layer l = some_layer(1024, 64);
    std::vector<double> told;
    const std::vector<int> widths{4};
    const auto found = measured(l, widths, told);
    REQUIRE(found);
    CHECK(found->total(0) == doctest::Approx(4.0 * told[0]).epsilon(1e-3));
}

TEST_CASE("clusters with one scale each are measured as they will be stored") {
    const layer l = some_layer(24, 96);
    gradus::serial threads;
    std::vector<std::vector<run_recipe>> seen;
    const auto solve = [&](matrix_view<float> w, std::span<const run_recipe> runs) -> status {
        seen.emplace_back(runs.begin(), runs.end());
        obs_options o;
        o.order = l.factor.order;
        const auto solved = obs_mixed<two_widths>(w, l.factor.factor, runs, none{}, o);
        if (!solved) { return solved.error(); }
        return done{};
    };
    const std::vector<code_option> options{{2, whole_cluster}, {2, 16}, {4, 16}};
    const std::vector<index_t> clusters{0, 10, 64};
    const auto found = measure_losses({l.weights.data(), l.rows, l.cols}, l.factor, options,
                                      clusters, {}, solve, false, threads);
    REQUIRE(found);
    CHECK(found->widths == std::vector<int>{2, 2, 4});
    CHECK(found->groups == std::vector<index_t>{whole_cluster, 16, 16});
    REQUIRE(seen.size() == 3);
    REQUIRE(seen[0].size() == 3);
    CHECK(seen[0][1].cols == 54);
    CHECK(seen[0][1].layout == "adaptive_quantile2_g54_f16");
    CHECK(seen[1].size() == 1);
    CHECK(found->total(0) > found->total(1));  // fewer scales
    CHECK(found->total(1) > found->total(2));
    CHECK(found->cluster_begin(9) == 0);
    CHECK(found->cluster_end(9) == 10);
    CHECK(found->cluster_begin(10) == 10);
    CHECK(found->cluster_end(95) == 96);
}

}  // namespace

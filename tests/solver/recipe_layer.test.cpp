// SPDX-License-Identifier: MIT
// Errors on the layer of the recipe, at most what the best one-pass solvers leave.
#include "layer.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/range/mse_search.hpp>

#include <recipe.hpp>

namespace {

using gradus::index_t;
using gradus::matrix_view;
using gradus::recipe;
using gradus::unquantized;
using gradus::unstructured;
using gradus::test::obs_layout;

constexpr index_t n = 768;
constexpr index_t tokens = 16384;

/// Weights and sums of the first layer, once.
struct recipe_layer {
    gradus::thread_pool threads{2};
    std::vector<float> weights = std::vector<float>(n * n);
    gradus::hessian<float> h{n};

    recipe_layer() {
        obs_recipe::weights(1, n, n, weights.data());
        std::vector<float> x(1024 * n);
        for (index_t at = 0; at < tokens; at += 1024) {
            obs_recipe::tokens(1, n, at, 1024, x.data());
            REQUIRE(h.accumulate({x.data(), 1024, n}, threads).has_value());
        }
    }

    [[nodiscard]] double energy(const std::vector<float>& e) const {
        const auto sums = h.lower();
        double total = 0.0;
        for (index_t r = 0; r < n; ++r) {
            for (index_t j = 0; j < n; ++j) {
                double below = 0.0;
                for (index_t i = 0; i < j; ++i) {
                    below += static_cast<double>(sums(j, i)) * static_cast<double>(e[r * n + i]);
                }
                const auto own = static_cast<double>(e[r * n + j]);
                total += own * (2.0 * below + static_cast<double>(sums(j, j)) * own);
            }
        }
        return total;
    }
};

}  // namespace

TEST_CASE("the solver leaves no more error on the recipe's layer than stated") {
    recipe_layer l;
    auto sums = l.h;
    const gradus::damping published{0.01, gradus::damping_rule::mean};
    const auto f = gradus::factorize(std::move(sums), published, l.threads);
    REQUIRE(f.has_value());
    const double whole = l.energy(l.weights);
    const auto error_of = [&](const auto& how, const auto& zeros, int refine = 0, int quality = 0) {
        auto q = l.weights;
        gradus::obs_options o;
        o.refine = refine;
        o.quality = quality;
        const auto done =
            gradus::obs(matrix_view<float>{q.data(), n, n}, f.value(), how, zeros, o, l.threads);
        REQUIRE(done.has_value());
        for (index_t i = 0; i < q.size(); ++i) {
            q[i] = l.weights[i] - q[i];
        }
        return l.energy(q) / whole;
    };
    using gradus::mse_search;
    using pairs = gradus::n_of_m<2, 4>;
    CHECK(error_of(unquantized{}, unstructured{}) <= .0152);
    CHECK(error_of(unquantized{}, pairs{}) <= .0421);
    CHECK(error_of(recipe<obs_layout<4>, mse_search>{}, gradus::none{}) <= .0034);
    CHECK(error_of(recipe<obs_layout<4>, mse_search>{}, unstructured{}) <= .0177);
    CHECK(error_of(recipe<obs_layout<3>, mse_search>{}, unstructured{}) <= .0242);
    CHECK(error_of(recipe<obs_layout<2>, mse_search>{}, unstructured{}) <= .0598);

    // Sweeps of coordinate descent, where others take as many steps of conjugate gradients.
    CHECK(error_of(unquantized{}, unstructured{}, 5) <= .0141);
    CHECK(error_of(unquantized{}, pairs{}, 10) <= .0302);
    CHECK(error_of(unquantized{}, unstructured{}, 5, 8) <= .0113);
    CHECK(error_of(recipe<obs_layout<4>, mse_search>{}, gradus::none{}, 1) <= .0033);
    CHECK(error_of(recipe<obs_layout<4>, mse_search>{}, unstructured{}, 1) <= .0168);
    CHECK(error_of(recipe<obs_layout<3>, mse_search>{}, unstructured{}, 1) <= .0232);
    CHECK(error_of(recipe<obs_layout<2>, mse_search>{}, unstructured{}, 1) <= .0545);
}

// SPDX-License-Identifier: MIT
// What is refused before any work is done, and what it is called.
#include "weights.hpp"

#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/range/percentile.hpp>
#include <gradus/rounding/error_diffusing.hpp>
#include <gradus/rounding/noisy.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace {

using namespace gradus;

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

using plain = layout<uniform_symmetric<4>, group<32>>;
using searched = recipe<plain, mse_search>;

template <class T>
bool fails(const result<T>& outcome, errc code, std::initializer_list<std::string_view> words) {
    if (outcome) { return false; }
    bool good = outcome.error().code == code;
    for (const std::string_view word : words) {
        good = good && outcome.error().message.find(word) != std::string::npos;
    }
    if (!good) { MESSAGE(outcome.error().message); }
    return good;
}

/// A matrix whose largest value is `largest`.
template <class L> auto with_largest(float largest, typename L::grouping_type by = {}) {
    test::weights w = test::bell_shaped(5, 40);
    w(3, 35) = largest;
    return quantize(w, recipe<L>{.groups = by});
}

}  // namespace

TEST_CASE("weights that are not finite are named by their place") {
    test::weights w = test::bell_shaped(5, 40);
    for (const float bad : {inf, -inf, not_a_number, -not_a_number}) {
        test::weights damaged = w;
        damaged(2, 3) = bad;
        CHECK(fails(quantize(damaged, recipe<plain>{}), errc::nonfinite, {"(2, 3)", "[5, 40]"}));
        damaged(2, 3) = 0.0f;
        damaged(4, 39) = bad;
        CHECK(fails(quantize(damaged, recipe<plain>{}), errc::nonfinite, {"(4, 39)"}));
    }
    const test::weights long_rows = test::bell_shaped(2, 150);
    for (const index_t c : {0u, 17u, 63u, 64u, 100u, 127u, 128u, 149u}) {
        test::weights damaged = long_rows;
        damaged(1, c) = c % 2 == 0 ? inf : not_a_number;
        CHECK(fails(quantize(damaged, recipe<plain>{}), errc::nonfinite,
                    {"(1, " + std::to_string(c) + ")"}));
    }
    // Whoever finds it first in a tile, it is the first in reading order that is named.
    const test::weights tall = test::bell_shaped(70, 96);
    for (const index_t r : {0u, 5u, 31u, 32u, 63u, 64u, 69u}) {
        for (const float bad : {inf, -inf, not_a_number, -not_a_number}) {
            test::weights damaged = tall;
            damaged(r, 40) = bad;
            damaged(69, 2) = r == 69 ? 0.0f : bad;
            CHECK(fails(quantize(damaged, recipe<plain>{}), errc::nonfinite,
                        {"(" + std::to_string(r) + ", 40)"}));
        }
    }
    for (const index_t cols : {96u, 100u, 20u}) {
        test::weights damaged = test::bell_shaped(70, cols);
        damaged(40, cols - 3) = not_a_number;
        const std::string place = "(40, " + std::to_string(cols - 3) + ")";
        const auto named = [&](const auto& how) {
            return fails(quantize(damaged, how), errc::nonfinite, {place});
        };
        CHECK(named(recipe<plain>{}));
        CHECK(named(recipe<plain, minmax, error_diffusing>{}));
        CHECK(named(recipe<layout<uniform_asymmetric<4>, channel>>{}));
        CHECK(named(recipe<layout<uniform_asymmetric<4>, group<>>>{.groups = {20}}));
        CHECK(named(recipe<layout<uniform_asymmetric<4>, group<>, log8_scale>>{.groups = {48}}));
        CHECK(named(recipe<layout<uniform_symmetric<4>, tensor>>{}));
        CHECK(named(searched{}));
    }
    // Beside the matrix there may be anything.
    test::weights wide = test::bell_shaped(5, 41);
    for (index_t r = 0; r < 5; ++r) {
        wide(r, 40) = not_a_number;
    }
    CHECK(quantize(weights_view{wide.values.data(), 5, 40, 41}, recipe<plain>{}));
}

TEST_CASE("nothing to quantize is an error") {
    const float some[4] = {};
    CHECK(fails(quantize(weights_view{some, 0, 4}, recipe<plain>{}), errc::no_effect, {"[0, 4]"}));
    CHECK(fails(quantize(weights_view{some, 4, 0}, recipe<plain>{}), errc::no_effect, {"[4, 0]"}));
    CHECK(fails(quantize(weights_view{}, recipe<plain>{}), errc::no_effect, {"empty"}));
}

TEST_CASE("importances: one a column, finite, not negative") {
    const test::weights w = test::bell_shaped(5, 40);
    std::vector<float> importance(40, 1.0f);
    CHECK(quantize(w, searched{}, importance));
    importance.push_back(1.0f);
    CHECK(fails(quantize(w, searched{}, importance), errc::invalid_argument,
                {"41 importances", "[5, 40]"}));
    importance.resize(1);
    CHECK(fails(quantize(w, searched{}, importance), errc::invalid_argument, {"1 imp"}));
    importance.assign(40, 1.0f);
    for (const float bad : {-1.0f, -1e-30f, inf, not_a_number}) {
        importance[17] = bad;
        CHECK(fails(quantize(w, searched{}, importance), errc::nonfinite, {"column 17"}));
    }
    importance[17] = 0.0f;
    CHECK(quantize(w, searched{}, importance));
}

TEST_CASE("knobs outside their limits") {
    const test::weights w = test::bell_shaped(5, 40);
    const auto with = [&](auto range) {
        return quantize(w, recipe<plain, decltype(range)>{.range = range});
    };
    CHECK(with(mse_search{.norm = 2.5f}));
    CHECK(fails(with(mse_search{.norm = 2.25f}), errc::invalid_argument, {"range"}));
    CHECK(fails(with(mse_search{.norm = 0.0f}), errc::invalid_argument, {"range"}));
    CHECK(fails(with(mse_search{.norm = not_a_number}), errc::invalid_argument, {"range"}));
    CHECK(fails(with(mse_search{.down = 0, .up = 0}), errc::invalid_argument, {"range"}));
    CHECK(fails(with(mse_search{.down = -1}), errc::invalid_argument, {"range"}));
    CHECK(with(percentile{100.0f}));
    CHECK(fails(with(percentile{0.0f}), errc::invalid_argument, {"range"}));
    CHECK(fails(with(percentile{100.5f}), errc::invalid_argument, {"range"}));
    CHECK(fails(with(percentile{not_a_number}), errc::invalid_argument, {"range"}));
}

TEST_CASE("knobs of roundings and mappings outside their limits") {
    const test::weights w = test::bell_shaped(5, 40);
    const auto noise = [&](float fraction) {
        return quantize(w, recipe<plain, minmax, noisy<>>{.rounding = {.fraction = fraction}});
    };
    CHECK(noise(1.0f));
    CHECK(fails(noise(0.0f), errc::invalid_argument, {"rounding", "noisy"}));
    CHECK(fails(noise(1.5f), errc::invalid_argument, {"rounding", "noisy"}));
    CHECK(fails(noise(not_a_number), errc::invalid_argument, {"rounding", "noisy"}));
    const auto moved = [&](float offset) {
        return quantize(w, recipe<layout<shifted<uniform_symmetric<4>>>>{.map = {offset}});
    };
    CHECK(moved(0.25f));
    CHECK(fails(moved(0.0f), errc::invalid_argument, {"mapping"}));
    CHECK(fails(moved(1.0f), errc::invalid_argument, {"mapping"}));
    const recipe<layout<adaptive_quantile<3>>, mse_search> untrained{.training_rounds = 0};
    CHECK(fails(quantize(w, untrained), errc::invalid_argument, {"training_rounds is 0"}));
}

TEST_CASE("importances that nothing would use") {
    const test::weights w = test::bell_shaped(5, 40);
    const std::vector<float> importance(40, 1.0f);
    CHECK(fails(quantize(w, recipe<plain>{}, importance), errc::no_effect, {"'minmax'"}));
    CHECK(fails(quantize(w, recipe<plain, percentile>{}, importance), errc::no_effect,
                {"'percentile'"}));
    CHECK(quantize(w, recipe<plain, mse_search>{}, importance));
    CHECK(quantize(w, recipe<layout<adaptive_quantile<3>>>{}, importance));
}

TEST_CASE("scales that their format cannot hold are named by their group") {
    // At four bits the scale is 2 / 15 of the largest value; the second group of row 3 has it.
    CHECK(with_largest<plain>(65504.0f * 7.5f));
    CHECK(fails(with_largest<plain>(65536.0f * 7.5f), errc::out_of_range,
                {"'f16'", "f32", "row 3, column 32"}));
    CHECK(fails(with_largest<plain>(-3e38f), errc::out_of_range, {"'f16'", "row 3"}));
    CHECK(fails(with_largest<layout<uniform_symmetric<4>, tensor>>(1e6f), errc::out_of_range,
                {"'f16'"}));
    CHECK(with_largest<layout<uniform_symmetric<4>, group<32>, bf16_scale>>(1e38f));
    CHECK(with_largest<layout<uniform_symmetric<4>, group<32>, f32_scale>>(1e38f));
    CHECK(with_largest<layout<uniform_symmetric<4>, group<32>, log8_scale>>(60000.0f * 7.5f));
    CHECK(fails(with_largest<layout<uniform_symmetric<4>, group<32>, log8_scale>>(7e4f * 7.5f),
                errc::out_of_range, {"'log8'", "row 3, column 32"}));
    CHECK(fails(with_largest<layout<uniform_asymmetric<4>, tensor, log8_scale>>(2e6f),
                errc::out_of_range, {"'log8'"}));
}

TEST_CASE("of several such groups of a tile the first column's first is named") {
    test::weights w = test::bell_shaped(64, 256);
    w(40, 200) = w(35, 64) = w(37, 40) = w(60, 33) = 1e6f;
    CHECK(fails(quantize(w, recipe<plain>{}), errc::out_of_range, {"row 37, column 32"}));
}

TEST_CASE("scales that would vanish") {
    test::weights w = test::bell_shaped(5, 40);
    for (index_t c = 0; c < 32; ++c) {
        w(4, c) = 1e-8f;  // the scale is far below half of the smallest f16, 6e-8
    }
    CHECK(fails(quantize(w, recipe<plain>{}), errc::out_of_range, {"'f16'", "row 4, column 0"}));
    CHECK(quantize(w, recipe<layout<uniform_symmetric<4>, group<32>, bf16_scale>>{}));
    // A logarithmic scale may flush a group far below its row, but no row.
    CHECK(quantize(w, recipe<layout<uniform_symmetric<4>, group<32>, log8_scale>>{}));
    for (index_t c = 32; c < 40; ++c) {
        w(4, c) = 1e-8f;
    }
    CHECK(fails(quantize(w, recipe<layout<uniform_symmetric<4>, group<32>, log8_scale>>{}),
                errc::out_of_range, {"'log8'", "row 4, column 0"}));
}

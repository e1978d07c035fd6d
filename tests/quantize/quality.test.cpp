// SPDX-License-Identifier: MIT
// What searches, importances, diffusion and training are good for.
#include "weights.hpp"

#include <gradus/grouping/channel.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/rounding/error_diffusing.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using namespace gradus;

template <class L, class Range = minmax, class R = nearest>
test::weights
round_trip(const test::weights& w, const recipe<L, Range, R>& how, floats importance = {}) {
    return test::decoded(quantize(w, how, importance).value());
}

/// Columns of very different importance.
std::vector<float> some_importance(index_t cols) {
    std::vector<float> importance(cols);
    for (index_t c = 0; c < cols; ++c) {
        importance[c] = c % 7 == 3 ? 50.0f : c % 7 == 5 ? 0.0f : 0.5f;  // no period of a group
    }
    return importance;
}

template <mapping M> using usual = layout<M, group<64>>;
using signed_log = layout<normal_quantile<3, normal_placement::nf>, group<32>, log8_scale>;

}  // namespace

TEST_CASE_TEMPLATE("searching for the range does not lose, importances steer it",
                   L,
                   usual<uniform_symmetric<4>>,
                   usual<uniform_symmetric<2, code_range::restricted>>,
                   usual<shifted<uniform_symmetric<3>>>,
                   usual<uniform_asymmetric<3>>,
                   usual<normal_quantile<4>>,
                   usual<normal_quantile<3, normal_placement::equal_mass>>,
                   signed_log,
                   usual<binary>,
                   usual<ternary>) {
    INFO("GRADUS_SEED=", test::seed());
    const test::weights w = test::bell_shaped(20, 172);
    const recipe<L> plain;
    const recipe<L, mse_search> search;
    const auto searched = round_trip(w, search);
    // Sums are in float, so equal candidates may differ in their last bits.
    CHECK(test::squared_error(w, searched) <=
          1.00001 * test::squared_error(w, round_trip(w, plain)));

    const std::vector<float> importance = some_importance(172);
    const auto steered = round_trip(w, search, importance);
    CHECK(steered.values != searched.values);
    CHECK(test::squared_error(w, steered, importance) <
          test::squared_error(w, searched, importance));
    CHECK(test::squared_error(w, searched) <= test::squared_error(w, steered));

    // Only ratios count: four times the importances are the same question.
    std::vector<float> fourfold(importance);
    for (float& x : fourfold) {
        x *= 4.0f;
    }
    CHECK(round_trip(w, search, fourfold).values == steered.values);
    const std::vector<float> alike(172, 1.0f);
    CHECK(round_trip(w, search, alike).values == searched.values);
}

TEST_CASE("training beats evenly spaced levels, and follows importances") {
    const test::weights w = test::bell_shaped(40, 172);
    const auto error_at = [&](auto how, floats weights) {
        return test::squared_error(w, round_trip(w, how, weights), weights);
    };
    using three = usual<adaptive_quantile<3>>;
    // Evenly spaced levels of the same width, at their best: searched, mid-rise.
    const double even = error_at(recipe<usual<shifted<uniform_symmetric<3>>>, mse_search>{}, {});
    CHECK(error_at(recipe<three, mse_search>{}, {}) < 0.95 * even);
    // More rounds never hurt by much; the first already trains.
    const double once = error_at(recipe<three, mse_search>{.training_rounds = 1}, {});
    const double often = error_at(recipe<three, mse_search>{.training_rounds = 6}, {});
    CHECK(often <= 1.01 * once);

    const std::vector<float> importance = some_importance(172);
    const auto blind = round_trip(w, recipe<three, mse_search>{});
    CHECK(error_at(recipe<three, mse_search>{}, importance) <
          test::squared_error(w, blind, importance));
    // Importances of zero everywhere do not break anything.
    const std::vector<float> none(172, 0.0f);
    CHECK(quantize(w, recipe<three, mse_search>{}, none));
}

TEST_CASE("other placements and an exact zero") {
    test::weights w = test::bell_shaped(40, 172);
    for (index_t i = 0; i < w.values.size(); i += 2) {
        w.values[i] = 0.0f;  // half of the weights are pruned
    }
    using L = usual<adaptive_quantile<3>>;
    const auto lost = [&](const test::weights& back) {
        int count = 0;
        for (index_t i = 0; i < w.values.size(); i += 2) {
            count += back.values[i] == 0.0f ? 0 : 1;
        }
        return count;
    };
    for (const auto placement :
         {codebook_placement::lloyd, codebook_placement::density, codebook_placement::mass}) {
        recipe<L, mse_search> how;
        how.map.placement = placement;
        how.map.exact_zero = true;
        const auto packed = quantize(w, how).value();
        CHECK(std::count(packed.map().levels.begin(), packed.map().levels.end(), 0.0f) >= 1);
        CHECK(std::is_sorted(packed.map().levels.begin(), packed.map().levels.end()));
        CHECK(lost(test::decoded(packed)) == 0);
    }
}

TEST_CASE("levels are stored as they are: in sixteen bits") {
    const test::weights w = test::bell_shaped(40, 172);
    const auto packed = quantize(w, recipe<usual<adaptive_quantile<5>>, mse_search>{}).value();
    for (const float level : packed.map().levels) {
        CHECK(f16::from(level).value() == level);
    }
    CHECK(packed.size_in_bits() == 8 * packed.bytes().size() + 32 * 16);
}

TEST_CASE("diffusing the error keeps the sums of rows") {
    // Restricted grids clip nothing, so a row's errors add up to the last one alone.
    using L = layout<uniform_symmetric<3, code_range::restricted>, channel>;
    const test::weights w = test::bell_shaped(50, 172);
    const auto packed = quantize(w, recipe<L, minmax, error_diffusing>{}).value();
    const auto diffused = test::decoded(packed);
    const auto rounded_alone = round_trip(w, recipe<L>{});
    std::vector<double> scales(50);
    test::for_each_code(packed.view(), [&](index_t r, index_t, code_t, scale_only p) {
        scales[r] = static_cast<double>(p.scale);
    });
    double with = 0.0;
    double without = 0.0;
    for (index_t r = 0; r < 50; ++r) {
        double sum = 0.0;
        double alone = 0.0;
        for (index_t c = 0; c < 172; ++c) {
            const auto x = static_cast<double>(w(r, c));
            sum += x - static_cast<double>(diffused(r, c));
            alone += x - static_cast<double>(rounded_alone(r, c));
        }
        CHECK(std::abs(sum) <= 1.001 * scales[r]);
        with += std::abs(sum) / scales[r];
        without += std::abs(alone) / scales[r];
    }
    CHECK(with < 0.25 * without);
}

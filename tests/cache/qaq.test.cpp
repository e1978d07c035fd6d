// SPDX-License-Identifier: MIT
// The bit rule, the outlier mask, the sizes and the legacy mappings of QAQ, against hand-made
// values.
#include <gradus/cache/outlier_mask.hpp>
#include <gradus/cache/qaq_bits.hpp>
#include <gradus/cache/qaq_legacy_mapping.hpp>
#include <gradus/cache/qaq_size.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace {

namespace qaq = gradus::qaq;
namespace legacy = gradus::qaq_legacy;
using doctest::Approx;
using gradus::index_t;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr gradus::width_limits all{.least = 0, .most = 16};

std::vector<float> ascending(index_t count) {
    std::vector<float> values(count);
    for (index_t i = 0; i < count; ++i) {
        values[i] = static_cast<float>(i);
    }
    return values;
}

index_t marked(const std::vector<bool>& mask) {
    return static_cast<index_t>(std::count(mask.begin(), mask.end(), true));
}

}  // namespace

TEST_CASE("the legacy error of keys has the published golden values") {
    const double targets[] = {1.0, 3.0, 10.0, 30.0};
    const double golden[] = {.6233, .6902, .7568, .8128};
    for (int i = 0; i < 4; ++i) {
        CHECK(legacy::key_error(128, 300.0, targets[i]) == Approx(golden[i]).epsilon(1e-4));
    }
}

TEST_CASE("the code's error is the paper's deviation times the square root of twelve") {
    // With q_norm for the energy, which is what the code does with a norm.
    CHECK(legacy::key_error(77, 300.0, 2.0) ==
          Approx(std::sqrt(12.0) * qaq::key_deviation(77, 300.0, 2.0)));
    CHECK(legacy::value_error(77, 0.3, 0.02) ==
          Approx(std::sqrt(12.0) * qaq::value_deviation(77, 0.3, 0.02)));
    CHECK(qaq::value_deviation(100, 0.25, 0.5) == Approx(0.2));
    // A whole step taken for half a step: the same levels from half the range.
    for (const double range : {0.3, 1.0, 5.0, 40.0}) {
        const double sigma = qaq::key_deviation(128, 300.0, 3.0);
        CHECK(qaq::width(range, sigma, all) ==
              legacy::width(2.0 * range, std::sqrt(12.0) * sigma, all));
    }
}

TEST_CASE("a width is the least whose grid keeps the deviation, within its limits") {
    for (const double range : {0.01, 0.5, 1.0, 3.0, 7.7, 100.0}) {
        const double sigma = 0.2;
        const int n = qaq::width(range, sigma, all);
        const auto deviation = [&](int width) {  // of a uniform error on 2^n - 1 steps
            return range / (std::ldexp(1.0, width) - 1.0) / std::sqrt(12.0);
        };
        CHECK(deviation(n) <= sigma * (1.0 + 1e-12));
        if (n > 1) { CHECK(deviation(n - 1) > sigma); }
        CHECK(qaq::width(range, sigma, {.least = 2, .most = 3}) == std::clamp(n, 2, 3));
    }
    CHECK(legacy::width(7.0 * 2.0, 1.0, all) == 3);  // log2(7 + 1)
    CHECK(legacy::width(7.1 * 2.0, 1.0, all) == 4);
    CHECK(legacy::width(0.0, 1.0, all) == 0);
}

TEST_CASE("one token, and one that nobody attends to, get the least width") {
    CHECK(qaq::key_deviation(1, 300.0, 1.0) == infinite);
    CHECK(legacy::key_error(1, 300.0, 1.0) == infinite);
    CHECK(qaq::value_deviation(128, 0.0, 1.0) == infinite);
    CHECK(legacy::value_error(128, 0.0, 1.0) == infinite);
    CHECK(qaq::width(5.0, infinite, {.least = 2, .most = 8}) == 2);
    CHECK(legacy::width(5.0, infinite, {.least = 0, .most = 8}) == 0);
    CHECK(legacy::width(5.0, legacy::value_error(1, 1.0, 1e-9), {.least = 0, .most = 8}) == 8);
}

TEST_CASE("outliers are the share at both ends, by the documented counts") {
    CHECK(marked(gradus::outlier_mask(ascending(128), 0.0)) == 0);
    const auto mask = gradus::outlier_mask(ascending(128), 0.01);
    CHECK(marked(mask) == 2);  // 1.56 %
    CHECK(mask[0]);
    CHECK(mask[127]);
    for (const index_t n : {3u, 10u, 33u, 200u}) {
        for (const double r : {0.01, 0.1, 0.3}) {
            const double tail = r / 2.0 * static_cast<double>(n);
            const auto low = static_cast<index_t>(std::ceil(tail));
            const auto high = n - static_cast<index_t>(std::floor(static_cast<double>(n) - tail));
            if (low + high < n) {
                CHECK(marked(gradus::outlier_mask(ascending(n), r)) == low + high);
            }
        }
    }
}

TEST_CASE("ties at the low threshold are all outliers, at the high one none; all alike: none") {
    const std::vector<float> ties{1, 1, 1, 2, 3, 4, 5, 5, 5, 5};
    const auto mask = gradus::outlier_mask(ties, 0.2);
    CHECK(mask ==
          std::vector<bool>{true, true, true, false, false, false, false, false, false, false});
    CHECK(marked(gradus::outlier_mask(std::vector<float>(7, 2.5f), 0.1)) == 0);
    CHECK(gradus::outlier_mask({}, 0.1).empty());
}

TEST_CASE("a head of 128 at 4 bits asks 4.37 bits a value by formula, 4.547 in truth") {
    const gradus::unit_shape unit{
        .values = 128, .width = 4, .outlier_ratio = 0.01, .outliers = 2, .parameters = 2};
    CHECK(gradus::qaq_formula_bits(unit) == Approx(4.37));
    CHECK(gradus::stored_unit_bits(unit, 0) == Approx(4.546875));
    CHECK(gradus::stored_unit_bits(unit, 4) == Approx(4.546875 + 4.0 / 128.0));
    CHECK(gradus::field_bits(1) == 0);
    CHECK(gradus::field_bits(128) == 7);
    CHECK(gradus::field_bits(129) == 8);
}

TEST_CASE("the legacy uniform mapping has the documented values, defects included") {
    const std::vector<bool> none(4, false);
    const auto map = [&](std::vector<float> x, int width, bool symmetric) {
        legacy::map_uniform(x, none, width, symmetric);
        return x;
    };
    // Mean 2, range 4, step 1: the window is [0, 3], so 4 loses a whole step.
    CHECK(map({0, 2, 2, 4}, 2, false) == std::vector<float>{0, 2, 2, 3});
    CHECK(map({-2, -1, 1, 2}, 2, true) == std::vector<float>{-2, -1, 1, 1});
    CHECK(map({-1, -1, 1, 1}, 1, true) == std::vector<float>{-1, -1, 0, 0});
    CHECK(map({0, 2, 2, 4}, 0, false) == std::vector<float>(4, 0.0f));  // mean - range / 2
    CHECK(map({3, 3, 3, 3}, 2, false) == std::vector<float>(4, 3.0f));
    std::vector<float> kept{0, 2, 2, 400};
    legacy::map_uniform(kept, {false, false, false, true}, 2, false);
    CHECK(kept[3] == 400.0f);
    CHECK(kept[0] >= 0.0f);
}

TEST_CASE("the legacy normal mapping puts equal shares of a normal sample in every cell") {
    const index_t count = 4096;
    std::vector<float> values(count);
    for (index_t i = 0; i < count; ++i) {
        const double p = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
        values[i] = static_cast<float>(2.0 * gradus::normal::quantile(p) + 1.0);
    }
    const std::vector<float> before = values;
    legacy::map_normal(values, std::vector<bool>(count, false), 3);
    std::vector<float> levels = values;
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());  // they ascend
    REQUIRE(levels.size() == 8);
    double error = 0.0;
    for (index_t i = 0; i < count; ++i) {
        const double e = (static_cast<double>(values[i]) - static_cast<double>(before[i])) / 2.0;
        error += e * e / static_cast<double>(count);
    }
    for (const float level : levels) {
        const auto users = std::count(values.begin(), values.end(), level);
        CHECK(std::abs(static_cast<double>(users) - 512.0) <= 4.0);
    }
    CHECK(error > 0.0375);  // the best uniform grid, which it does not reach
    CHECK(error < 0.07);
    std::vector<float> constant(5, 1.5f);
    legacy::map_normal(constant, std::vector<bool>(5, false), 3);
    CHECK(constant == std::vector<float>(5, 1.5f));
    std::vector<float> nothing{1, 2, 3};
    legacy::map_normal(nothing, std::vector<bool>(3, false), 0);
    CHECK(nothing == std::vector<float>(3, 2.0f));
}

// SPDX-License-Identifier: MIT
// Rules that start from scores: the golden vectors of the research code, and its faults.
#include "random_items.hpp"

#include <gradus/allocation/budget_allocator.hpp>
#include <gradus/allocation/depth_first.hpp>
#include <gradus/allocation/from_scores.hpp>
#include <gradus/allocation/legacy_quantile.hpp>
#include <gradus/allocation/quantile.hpp>
#include <gradus/allocation/score_options.hpp>
#include <gradus/allocation/share_threshold.hpp>
#include <gradus/allocation/threshold.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

namespace {

using gradus::errc;
using gradus::from_scores;
using gradus::index_t;
using namespace gradus::test;

using scores = std::vector<double>;

const std::vector<int> research_widths{2, 3, 4, 6, 8};
/// Scores of four channels, worked out by hand from the five terms.
const scores golden{1.083561, 1.608236, 0.555673, 0.752530};
/// 1, 2, 4, ..., 128.
const scores powers{1, 2, 4, 8, 16, 32, 64, 128};

template <class Rule> std::vector<int> bits_by(const scores& s) {
    std::vector<int> found;
    for (const auto level : Rule{}.levels(s)) {
        found.push_back(Rule::widths[level]);
    }
    return found;
}

/// With sensitivities equal to the scores.
template <class Rule> gradus::bit_allocation within(const scores& s, std::uint64_t budget) {
    const auto items = sensitive_items(s, research_widths);
    return from_scores<Rule>{{}, s}.allocate(items.view(), budget).value();
}

template <class Rule> std::vector<int> bits_within(const scores& s, std::uint64_t budget) {
    std::vector<int> found;
    for (const auto level : within<Rule>(s, budget).choice) {
        found.push_back(research_widths[level]);
    }
    return found;
}

std::vector<index_t> histogram(const std::vector<int>& bits) {
    std::vector<index_t> counts;
    for (const int width : research_widths) {
        counts.push_back(static_cast<index_t>(std::count(bits.begin(), bits.end(), width)));
    }
    return counts;
}

scores ascending(index_t count) {
    scores s(count);
    std::iota(s.begin(), s.end(), 1.0);
    return s;
}

}  // namespace

static_assert(gradus::bit_allocator<from_scores<gradus::threshold>>);
static_assert(gradus::bit_allocator<from_scores<gradus::share_threshold>>);
static_assert(gradus::bit_allocator<from_scores<gradus::legacy_quantile>>);
static_assert(gradus::bit_allocator<from_scores<gradus::quantile>>);
static_assert(gradus::bit_allocator<from_scores<gradus::depth_first>>);

TEST_CASE("three widths by the mean: 8 above 1.2 times, 2 below half of it") {
    CHECK(bits_by<gradus::threshold>({1.0, 1.0, 1.0}) == std::vector{4, 4, 4});
    CHECK(bits_by<gradus::threshold>({0.4, 1.0, 1.6}) == std::vector{2, 4, 8});
    CHECK(bits_by<gradus::threshold>({2.0, 4.0, 4.8, 5.2}) == std::vector{4, 4, 4, 8});
    CHECK(bits_by<gradus::threshold>({0.0, 0.0}) == std::vector{4, 4});
    CHECK(bits_by<gradus::threshold>({7.0}) == std::vector{4});
}

TEST_CASE("five widths by share: the golden shares of the research code") {
    using gradus::share_threshold;
    CHECK(bits_by<share_threshold>(scores(5, 1.0)) == std::vector<int>(5, 8));
    CHECK(bits_by<share_threshold>(scores(10, 1.0)) == std::vector<int>(10, 4));
    CHECK(bits_by<share_threshold>({5, 2, 1, 1, 1}) == std::vector{8, 8, 4, 4, 4});
    CHECK(bits_by<share_threshold>({50, 1, 1, 1, 1}) == std::vector{8, 2, 2, 2, 2});
    CHECK(bits_by<share_threshold>(scores(60, 1.0)) == std::vector<int>(60, 2));
}

TEST_CASE("fifths: the golden vectors, their histograms, and ties that go up") {
    using gradus::legacy_quantile;
    CHECK(bits_by<legacy_quantile>(golden) == std::vector{6, 8, 2, 3});
    CHECK(bits_by<legacy_quantile>(powers) == std::vector{2, 2, 3, 4, 4, 6, 8, 8});
    CHECK(histogram(bits_by<legacy_quantile>(ascending(768))) ==
          std::vector<index_t>{154, 153, 154, 153, 154});
    CHECK(histogram(bits_by<legacy_quantile>(ascending(512))) ==
          std::vector<index_t>{103, 102, 102, 102, 103});
    CHECK(bits_by<legacy_quantile>(scores(9, 0.25)) == std::vector<int>(9, 8));
    CHECK(bits_by<legacy_quantile>({3.0}) == std::vector{8});
    CHECK(bits_by<legacy_quantile>({}).empty());
    // A layer whose lower 60 % are equal: 1843 of 4 bits, 614 of 6, 615 of 8.
    auto flat = ascending(3072);
    std::fill_n(flat.begin(), 1843, 1.0);
    CHECK(histogram(bits_by<legacy_quantile>(flat)) == std::vector<index_t>{0, 0, 1843, 614, 615});
}

TEST_CASE("depth first: the golden vectors, two widths and one item between") {
    using gradus::depth_first;
    CHECK(bits_within<depth_first>(golden, 16) == std::vector{4, 8, 2, 2});
    CHECK(bits_within<depth_first>(powers, 24) == std::vector{2, 2, 2, 2, 2, 2, 4, 8});
    CHECK(bits_within<depth_first>(powers, 32) == std::vector{2, 2, 2, 2, 2, 6, 8, 8});
    CHECK(bits_within<depth_first>(powers, 40) == std::vector{2, 2, 2, 2, 8, 8, 8, 8});
    CHECK(within<depth_first>(powers, 24).distortion == doctest::Approx(4.1895).epsilon(1e-4));
    CHECK(within<depth_first>(powers, 32).distortion == doctest::Approx(1.9482).epsilon(1e-4));
    CHECK(within<depth_first>(powers, 40).distortion == doctest::Approx(0.94116).epsilon(1e-4));
    CHECK(histogram(bits_within<depth_first>(ascending(768), 4 * 768)) ==
          std::vector<index_t>{512, 0, 0, 0, 256});
    CHECK(histogram(bits_within<depth_first>(ascending(768), 3 * 768)) ==
          std::vector<index_t>{640, 0, 0, 0, 128});
    CHECK(histogram(bits_within<depth_first>(ascending(512), 4 * 512)) ==
          std::vector<index_t>{341, 0, 0, 1, 170});
    CHECK(histogram(bits_within<depth_first>(ascending(768), 8 * 768))[4] == 768);
    // The fault: on equal sensitivities a third of 8 bits and two thirds of 2 lose 10.7 times as
    // much as 4 bits everywhere.
    const auto mixed = within<depth_first>(scores(768, 1.0), 4 * 768);
    CHECK(mixed.distortion / (768 / 256.0) == doctest::Approx(10.7).epsilon(0.01));
}

TEST_CASE("the legacy fifths on 1, 2, ..., 128 lose what was worked out by hand") {
    const auto found = within<gradus::legacy_quantile>(powers, 0);  // the budget is ignored
    CHECK(found.cost == 37);
    CHECK(found.distortion == doctest::Approx(0.3545).epsilon(1e-3));
}

TEST_CASE("quantiles with moving cuts meet every budget within a step and keep the order") {
    const auto s = spread_sensitivities(101, 4);
    for (std::uint64_t budget = 202; budget <= 808; ++budget) {
        const auto found = within<gradus::quantile>(s, budget);
        CHECK(found.cost <= budget);
        CHECK(budget - found.cost <= 1);
        for (index_t i = 0; i < s.size(); ++i) {
            for (index_t j = 0; j < s.size(); ++j) {
                if (s[i] < s[j] && found.choice[i] > found.choice[j]) { FAIL_CHECK(i, " ", j); }
            }
        }
    }
    CHECK(within<gradus::quantile>(s, 10'000).cost == 808);
}

TEST_CASE("scores become distortions that budget allocators understand") {
    const auto items = gradus::score_options(golden, research_widths, 64);
    const auto first = items.view().of(0);
    CHECK(first[2].cost == 256);
    CHECK(first[2].distortion == doctest::Approx(64 * 1.083561 * 1.083561 / 256));
    const auto found = gradus::budget_allocator{}.allocate(items.view(), 64 * 16).value();
    CHECK(found.cost <= 64 * 16);
    const auto scaled =
        gradus::score_options({{2.167122, 3.216472, 1.111346, 1.505060}}, research_widths, 64);
    CHECK(gradus::budget_allocator{}.allocate(scaled.view(), 64 * 16).value().choice ==
          found.choice);
    const auto linear = gradus::score_options(golden, research_widths, 1, 1);
    CHECK(linear.view().of(1)[0].distortion == doctest::Approx(1.608236 / 16));
}

TEST_CASE("scores and items that do not fit together are refused") {
    const auto items = sensitive_items(golden, research_widths);
    const auto refusal = [&](const scores& s, const owned_items& of, std::uint64_t budget) {
        const auto found = from_scores<gradus::quantile>{{}, s}.allocate(of.view(), budget);
        return found ? "accepted" : found.error().message;
    };
    CHECK(refusal(golden, items, 16) == "accepted");
    CHECK(refusal({1, 2, 3}, items, 16) == "3 scores for 4 items");
    CHECK(refusal({1, 2, 3, std::numeric_limits<double>::quiet_NaN()}, items, 16) ==
          "score 3 is not finite");
    CHECK(refusal(golden, items, 7) ==
          "a budget of 7 bits is out of reach (the cheapest options take 8)");
    const auto descending = sensitive_items(golden, {8, 2});
    CHECK(refusal(golden, descending, 16) == "the options of item 0 do not go by ascending cost");
    auto uneven = sensitive_items({1, 2, 3}, research_widths);
    uneven.add(std::vector<gradus::bit_option>{{2, 1.0}});
    CHECK(refusal(golden, uneven, 16) == "item 3 has 1 options (expected 5)");
    const from_scores<gradus::threshold> three{{}, golden};
    CHECK(three.allocate(items.view(), 16).error().message == "item 0 has 5 options (expected 3)");
}

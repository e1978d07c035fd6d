// SPDX-License-Identifier: MIT
// The runs of quantize_cache: complete, told apart by their names, chosen by series and target.
#include "arms.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

namespace {

using quantize_cache::arm;

bool any(const std::vector<arm>& arms, const std::string& scheme) {
    return std::any_of(arms.begin(), arms.end(),
                       [&](const arm& one) { return one.scheme == scheme; });
}

}  // namespace

TEST_CASE("every series has runs, and no two runs have one name") {
    const auto arms = quantize_cache::planned_arms({}).value();
    std::set<std::string> names;
    for (const arm& one : arms) {
        CHECK(names.insert(one.series + " " + one.scheme).second);
    }
    for (const auto& [name, about] : quantize_cache::series_names()) {
        CHECK(!about.empty());
        CHECK(std::any_of(arms.begin(), arms.end(),
                          [&, series = name](const arm& one) { return one.series == series; }));
    }
    for (const char* scheme : {"f16",
                               "uniform8_g32_rotated",
                               "uniform2_g32",
                               "kivi2_g32_window32",
                               "kivi3_g32",
                               "kivi2_g32_window128",
                               "w8a8_token",
                               "w4a8_outliers_f16",
                               "normal@4.25",
                               "adaptive@6.25",
                               "best_of@4.25",
                               "off@4.25",
                               "static@4.25",
                               "dynamic@4.25",
                               "equal_split@4.25",
                               "equal_split@2.5",
                               "gains@4",
                               "base@4.25",
                               "w8a8_clipped_outliers_f16",
                               "g64@4.25",
                               "qaq_code@6"}) {
        CHECK_MESSAGE(any(arms, scheme), scheme);
    }
}

TEST_CASE("series and targets choose among the runs") {
    quantize_cache::options wanted;
    wanted.series = {"mapping"};
    wanted.targets = {5.5};
    const auto arms = quantize_cache::planned_arms(wanted).value();
    CHECK(arms.size() == 4);
    for (const arm& one : arms) {
        CHECK(one.series == "mapping");
        CHECK(one.target == 5.5);
    }
    wanted.series = {"mapping", "maps"};
    const auto refused = quantize_cache::planned_arms(wanted);
    REQUIRE(!refused);
    CHECK(refused.error().message ==
          "there is no series 'maps' (rivals, mapping, importance, combined, ablation, qaq, "
          "activations)");
}

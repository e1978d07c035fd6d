// SPDX-License-Identifier: MIT
// Pairs of runs: which ones, and what is said of them.
#include "compare.hpp"
#include "table.hpp"

#include <doctest/doctest.h>

#include <sstream>

namespace {

using quantize_cache::run;

/// Two texts of eight windows, the second twice as hard.
run made(const std::string& series, const std::string& scheme, double target, double kld) {
    run one;
    one.series = series;
    one.scheme = scheme;
    one.target_bits = target;
    one.effective_bits = {target, target, target};
    for (const char* name : {"easy", "hard"}) {
        const double times = name[0] == 'e' ? 1.0 : 2.0;
        one.losses.push_back({.text = name, .kld = times * kld});
        std::vector<gradus::window_losses> windows(8);
        for (int i = 0; i < 8; ++i) {
            windows[static_cast<std::size_t>(i)].divergence = times * kld * (1.0 + i);
            windows[static_cast<std::size_t>(i)].positions = 1;
        }
        one.windows.push_back(std::move(windows));
    }
    return one;
}

const std::vector<quantize_cache::text_baseline> texts = {{"easy", 8, 1.0, 2.7},
                                                          {"hard", 8, 1.0, 2.7}};
const quantize_cache::cache_bits_of bound = {0.07, 0.31, 0.19};

}  // namespace

TEST_CASE("runs of one target are paired on every text, those of others are not") {
    const std::vector<run> runs = {
        made("combined", "best@3", 3.0, 0.9), made("combined", "equal_split@3", 3.0, 1.0),
        made("combined", "best@4", 4.0, 0.5), made("ablation", "base@4", 4.0, 1.0),
        made("ablation", "G32@4", 4.0, 1.0)};
    const auto pairs = quantize_cache::compare_runs(runs, texts, bound);
    REQUIRE(pairs.size() == 4);
    CHECK(pairs[0].scheme == "best@3");
    CHECK(pairs[0].beside == "equal_split@3");
    CHECK(pairs[0].text == "easy");
    CHECK(pairs[1].text == "hard");
    CHECK(pairs[0].change == doctest::Approx(-0.1));
    CHECK(pairs[0].high < 0.0);
    CHECK(pairs[0].says == "lower");
    CHECK(pairs[2].scheme == "G32@4");
    CHECK(pairs[2].says == "the same cache");
    std::ostringstream out;
    quantize_cache::print_comparisons(out, pairs);
    CHECK(out.str().find("best@3") != std::string::npos);
    CHECK(out.str().find("-10.0 %") != std::string::npos);
}

TEST_CASE("importance is said to save a tenth, or why it does not") {
    const auto said = [&](double with, double without) {
        const std::vector<run> runs = {made("importance", "off@3.25", 3.25, without),
                                       made("importance", "static@3.25", 3.25, with)};
        return quantize_cache::compare_runs(runs, texts, bound).at(0).says;
    };
    CHECK(said(0.8, 1.0) == "importance lowers KLD by 20 % at 3.25 bits");
    const std::string less = said(0.95, 1.0);
    CHECK(less.find("does not lower KLD by 10 % at 3.25 bits (-5 %)") != std::string::npos);
    CHECK(less.find("at most 7 % of the error of keys and 31 % of values") != std::string::npos);
}

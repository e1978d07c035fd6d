// SPDX-License-Identifier: MIT
// Scheme names: every word, their order, their defaults, and every mistake by name.
#include <gradus/config/parse_scheme.hpp>
#include <gradus/layout/shipped_menu.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace {

using namespace gradus;

scheme parsed(std::string_view text) {
    const result<scheme> outcome = parse_scheme(text);
    REQUIRE_MESSAGE(outcome, std::string{text});
    return outcome.value();
}

bool fails(std::string_view text, std::initializer_list<std::string_view> words) {
    const result<scheme> outcome = parse_scheme(text);
    if (outcome) { return false; }
    const std::string& message = outcome.error().message;
    bool good = outcome.error().code == errc::invalid_argument &&
                message.find("'" + std::string{text} + "'") != std::string::npos;
    for (const std::string_view word : words) {
        good = good && message.find(word) != std::string::npos;
    }
    if (!good) { MESSAGE(message); }
    return good;
}

template <class T> bool has_range(const scheme& s) {
    return std::holds_alternative<T>(s.range.choice);
}

template <class T> bool has_rounding(const scheme& s) {
    return std::holds_alternative<T>(s.rounding);
}

}  // namespace

TEST_CASE("omitted words take their defaults") {
    const scheme s = parsed("uniform_symmetric4_g64");
    CHECK(s.name == "uniform_symmetric4_g64");
    CHECK(s.layout.mapping == "uniform_symmetric4");
    CHECK(!s.layout.offset);
    CHECK(s.layout.grouping == "g");
    CHECK(s.layout.group == 64);
    CHECK(s.layout.scale == "f16");
    CHECK(s.layout.text() == "uniform_symmetric4_g64_f16");
    CHECK(has_range<minmax>(s));
    CHECK(has_rounding<nearest>(s));
    CHECK(s.placement == codebook_placement::lloyd);
    CHECK_FALSE(s.exact_zero);
}

TEST_CASE("mappings, variants and offsets") {
    for (const char* mapping :
         {"uniform_symmetric4", "uniform_symmetric4:restricted", "uniform_asymmetric8",
          "normal_quantile3", "normal_quantile3:equal_mass", "normal_quantile3:nf",
          "adaptive_quantile2", "binary", "ternary", "somebody_elses_own"}) {
        CHECK(parsed(std::string{mapping} + "_channel_f32").layout.mapping == mapping);
    }
    const scheme s = parsed("uniform_symmetric4:restricted@0.25_g7_log8");
    CHECK(s.layout.mapping == "uniform_symmetric4:restricted");
    CHECK(s.layout.offset == 0.25f);
    CHECK(s.layout.text() == "uniform_symmetric4:restricted@0.25_g7_log8");
}

TEST_CASE("training is a matter of the recipe: files know the mapping alone") {
    CHECK(parsed("adaptive_quantile4:density_g64").placement == codebook_placement::density);
    CHECK(parsed("adaptive_quantile4:mass_g64").placement == codebook_placement::mass);
    const scheme both = parsed("adaptive_quantile4:density:zero_g64");
    CHECK(both.placement == codebook_placement::density);
    CHECK(both.exact_zero);
    CHECK(both.layout.mapping == "adaptive_quantile4");
    CHECK(parsed("adaptive_quantile4:zero:mass_g64").layout.mapping == "adaptive_quantile4");
    CHECK(parsed("adaptive_quantile4:zero_tensor").exact_zero);
    // What is no variant stays, and is on no menu.
    CHECK(parsed("adaptive_quantile4:massive_g64").layout.mapping == "adaptive_quantile4:massive");
    CHECK(parsed("normal_quantile4:mass_g64").layout.mapping == "normal_quantile4:mass");
}

TEST_CASE("groupings") {
    CHECK(parsed("ternary_tensor").layout.grouping == "tensor");
    CHECK(parsed("ternary_channel").layout.grouping == "channel");
    CHECK(parsed("ternary_g1").layout.group == 1);
    CHECK(parsed("ternary_g2147483647").layout.group == 2147483647u);
}

TEST_CASE("scale formats") {
    for (const char* scale : {"f16", "f32", "bf16", "log8"}) {
        CHECK(parsed(std::string{"ternary_g64_"} + scale).layout.scale == scale);
    }
}

TEST_CASE("ranges and their values") {
    CHECK(has_range<minmax>(parsed("ternary_g64_minmax")));
    CHECK(has_range<kl_divergence>(parsed("ternary_g64_kl")));
    const scheme cut = parsed("ternary_g64_percentile");
    REQUIRE(has_range<percentile>(cut));
    CHECK(std::get<percentile>(cut.range.choice).percent == 99.9f);
    CHECK(std::get<percentile>(parsed("ternary_g64_percentile=97.5").range.choice).percent ==
          97.5f);
    CHECK(std::get<percentile>(parsed("ternary_g64_percentile=100").range.choice).percent ==
          100.0f);
    const scheme searched = parsed("ternary_g64_mse");
    REQUIRE(has_range<mse_search>(searched));
    CHECK(std::get<mse_search>(searched.range.choice).norm == 2.0f);
    for (const char* norm : {"1", "1.5", "2", "2.5", "3", "3.5", "4"}) {
        const scheme s = parsed(std::string{"ternary_g64_mse="} + norm);
        CHECK(std::get<mse_search>(s.range.choice).norm == *number_of<float>(norm));
    }
}

TEST_CASE("roundings and their values") {
    CHECK(has_rounding<nearest>(parsed("ternary_g64_nearest")));
    CHECK(has_rounding<stochastic>(parsed("ternary_g64_stochastic")));
    CHECK(has_rounding<error_diffusing>(parsed("ternary_g64_error_diffusing")));
    const scheme noise = parsed("ternary_g64_noisy");
    REQUIRE(has_rounding<noisy<>>(noise));
    CHECK(std::get<noisy<>>(noise.rounding).fraction == 0.1f);
    CHECK(std::get<noisy<>>(parsed("ternary_g64_noisy=1").rounding).fraction == 1.0f);
}

TEST_CASE("all words together, in their order") {
    const scheme s = parsed("uniform_asymmetric4_g64_bf16_mse=3_error_diffusing");
    CHECK(s.layout.text() == "uniform_asymmetric4_g64_bf16");
    CHECK(std::get<mse_search>(s.range.choice).norm == 3.0f);
    CHECK(has_rounding<error_diffusing>(s));
    CHECK(has_rounding<noisy<>>(parsed("normal_quantile3:nf_g32_log8_percentile=99.9_noisy=0.5")));
    CHECK(has_rounding<stochastic>(parsed("ternary_channel_stochastic")));
}

TEST_CASE("words twice or out of order") {
    for (const char* text :
         {"ternary_g64_mse_f16", "ternary_g64_nearest_f16", "ternary_g64_nearest_mse",
          "ternary_g64_f16_f32", "ternary_g64_f16_f16", "ternary_g64_mse_kl",
          "ternary_g64_minmax_minmax", "ternary_g64_nearest_stochastic",
          "ternary_g64_error_diffusing_f16"}) {
        CHECK(fails(text, {"given twice or out of order"}));
    }
}

TEST_CASE("names without a grouping") {
    for (const char* text :
         {"", "_", "ternary", "uniform_symmetric4", "ternary_64", "ternary_g0", "ternary_g",
          "ternary_g-64", "ternary_g2147483648", "g64", "_g64", "tensor", "ternary_f16_mse"}) {
        CHECK(fails(text, {"no grouping", "uniform_symmetric4_g64"}));
    }
}

TEST_CASE("unknown words come with the choices") {
    for (const char* text :
         {"ternary_g64_f64", "ternary_g64_f16_best", "ternary_g64_g32", "ternary_g64_tensor",
          "ternary_g64_", "ternary_g64__mse", "ternary_g64_error", "ternary_g64_diffusing",
          "ternary_g64_error_diffusingly", "ternary_g64_MSE", "ternary_g64_ mse"}) {
        CHECK(fails(text, {"unknown word", "log8", "percentile", "stochastic"}));
    }
}

TEST_CASE("values that a word does not take") {
    for (const char* text : {"ternary_g64_f16=2",
                             "ternary_g64_minmax=1",
                             "ternary_g64_kl=2",
                             "ternary_g64_nearest=1",
                             "ternary_g64_stochastic=0.5",
                             "ternary_g64_error_diffusing=1",
                             "ternary_g64_percentile=0",
                             "ternary_g64_percentile=-5",
                             "ternary_g64_percentile=100.1",
                             "ternary_g64_percentile=nan",
                             "ternary_g64_percentile=",
                             "ternary_g64_percentile=9x",
                             "ternary_g64_mse=0.5",
                             "ternary_g64_mse=2.25",
                             "ternary_g64_mse=4.5",
                             "ternary_g64_mse=nan",
                             "ternary_g64_mse=inf",
                             "ternary_g64_mse=",
                             "ternary_g64_noisy=0",
                             "ternary_g64_noisy=1.01",
                             "ternary_g64_noisy=-0.1",
                             "ternary_g64_noisy=nan",
                             "ternary_g64_noisy=a"}) {
        CHECK(fails(text, {"is not one that it takes"}));
    }
}

TEST_CASE("offsets that are none") {
    for (const char* offset : {"0", "1", "-0.5", "1.5", "nan", "inf", "", "x", "0.5x"}) {
        CHECK(fails("uniform_symmetric4@" + std::string{offset} + "_g64",
                    {"grid offset '" + std::string{offset} + "'", "(0, 1)", "@0.5"}));
    }
}

TEST_CASE("variants that contradict each other") {
    CHECK(fails("adaptive_quantile4:density:mass_g64", {":density", ":mass"}));
    CHECK(fails("adaptive_quantile4:mass:zero:density_g64", {":density", ":mass"}));
}

TEST_CASE("what files store reads as a scheme with the same layout") {
    for (const std::string_view name : shipped_menu::names()) {
        std::string text{name};
        if (const auto at = text.find("gN"); at != std::string::npos) {
            text.replace(at, 2, "g48");
        }
        if (const auto at = text.find('@'); at != std::string::npos) { text.insert(at + 1, "0.5"); }
        CHECK(parsed(text).layout.text() == text);
        CHECK(parse_layout_name(text)->text() == text);
        CHECK(shipped_menu::contains(parsed(text).layout));
    }
}

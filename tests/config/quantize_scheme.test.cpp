// SPDX-License-Identifier: MIT
// From a scheme's name to bytes: the same as from the types that it names.
#include "../quantize/weights.hpp"

#include <gradus/config/parse_scheme.hpp>
#include <gradus/config/quantize_scheme.hpp>
#include <gradus/core/thread_pool.hpp>
#include <gradus/layout/menu.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace {

using namespace gradus;

using plain = layout<uniform_symmetric<4>, group<>>;
using moved = layout<shifted<uniform_symmetric<3>>, group<>>;
using trained = layout<adaptive_quantile<3>, group<>>;
using small_menu = menu<plain, moved, trained>;

std::pair<bool, result<packed_part>>
quantized(std::string_view text, const scheme_run& run = {}, floats importance = {}) {
    const scheme how = parse_scheme(text).value();
    const serial threads;
    return quantize_scheme<small_menu>(test::bell_shaped(20, 172), how, run, importance, threads);
}

packed_part part(std::string_view text, const scheme_run& run = {}, floats importance = {}) {
    auto [found, made] = quantized(text, run, importance);
    CHECK(found);
    REQUIRE_MESSAGE(made, std::string{text});
    return std::move(made).value();
}

bool same(const packed_part& a, const packed_part& b) {
    return a.layout == b.layout && a.codebook == b.codebook && a.bytes.size() == b.bytes.size() &&
           std::equal(a.bytes.bytes().begin(), a.bytes.bytes().end(), b.bytes.bytes().begin());
}

template <class L, class Range = minmax, class R = nearest>
packed_part direct(const recipe<L, Range, R>& how, floats importance = {}) {
    auto packed = quantize(test::bell_shaped(20, 172), how, importance);
    REQUIRE(packed);
    return part_of(std::move(packed).value());
}

}  // namespace

TEST_CASE("a name gives the bytes of the recipe that it spells") {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(same(part("uniform_symmetric4_g64"), direct(recipe<plain>{.groups = {64}})));
    CHECK(same(part("uniform_symmetric4_channel_f16_mse"),
               direct(recipe<plain, mse_search>{.groups = {any_size}})));
    CHECK(same(part("uniform_symmetric3@0.3_g50_percentile=97"),
               direct(recipe<moved, percentile>{.range = {97.0f}, .groups = {50}, .map = {0.3f}})));
    CHECK(same(part("uniform_symmetric4_g64_kl_error_diffusing"),
               direct(recipe<plain, kl_divergence, error_diffusing>{.groups = {64}})));
    const scheme_run run{.seed = 4, .tensor = 9};
    CHECK(same(part("uniform_symmetric4_g64_stochastic", run),
               direct(recipe<plain, minmax, stochastic>{.rounding = {.seed = 4, .tensor = 9},
                                                        .groups = {64}})));
    CHECK(same(part("uniform_symmetric4_g64_noisy=0.4", run),
               direct(recipe<plain, minmax, noisy<>>{
                   .rounding = {.fraction = 0.4f, .seed = 4, .tensor = 9}, .groups = {64}})));
}

TEST_CASE("the name of the part is what files store") {
    const packed_part made = part("uniform_symmetric3@0.3_g50_mse_stochastic");
    CHECK(made.layout == "uniform_symmetric3@0.3_g50_f16");
    CHECK(made.rows == 20);
    CHECK(made.cols == 172);
}

TEST_CASE("variants of training reach the mapping; importances reach training") {
    recipe<trained, mse_search> how{.groups = {64}};
    CHECK(same(part("adaptive_quantile3_g64_mse"), direct(how)));
    std::vector<float> importance(172, 1.0f);
    importance[3] = 100.0f;
    CHECK(same(part("adaptive_quantile3_g64_mse", {}, importance), direct(how, importance)));
    CHECK_FALSE(same(part("adaptive_quantile3_g64_mse"),
                     part("adaptive_quantile3_g64_mse", {}, importance)));
    how.map.placement = codebook_placement::density;
    how.map.exact_zero = true;
    const packed_part made = part("adaptive_quantile3:density:zero_g64_mse");
    CHECK(same(made, direct(how)));
    CHECK(made.layout == "adaptive_quantile3_g64_f16");
    CHECK(std::count(made.codebook.begin(), made.codebook.end(), 0.0f) == 1);
}

TEST_CASE("layouts that are not on the menu are told from errors of quantizing") {
    const auto [found, made] = quantized("ternary_g64");
    CHECK_FALSE(found);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == errc::not_found);
    CHECK(made.error().message.find("ternary_g64_f16") != std::string::npos);

    test::weights bad = test::bell_shaped(20, 172);
    bad(7, 8) = std::numeric_limits<float>::infinity();
    const serial threads;
    const auto [here, refused] = quantize_scheme<small_menu>(
        bad, parse_scheme("uniform_symmetric4_g64").value(), {}, {}, threads);
    CHECK(here);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::nonfinite);
}

TEST_CASE("seeds reach the roundings that draw, and no others") {
    const scheme_run run{.seed = 11, .tensor = 22};
    CHECK(seeded(stochastic{}, run).seed == 11);
    CHECK(seeded(stochastic{}, run).tensor == 22);
    const noisy<> noise = seeded(noisy<>{.fraction = 0.7f}, run);
    CHECK(noise.seed == 11);
    CHECK(noise.tensor == 22);
    CHECK(noise.fraction == 0.7f);
    CHECK(std::is_same_v<decltype(seeded(nearest{}, run)), nearest>);
    CHECK_FALSE(same(part("uniform_symmetric4_g64_stochastic", {.seed = 1}),
                     part("uniform_symmetric4_g64_stochastic", {.seed = 2})));
    CHECK_FALSE(same(part("uniform_symmetric4_g64_stochastic", {.tensor = 1}),
                     part("uniform_symmetric4_g64_stochastic", {.tensor = 2})));
}

TEST_CASE("threads change nothing") {
    const scheme how = parse_scheme("adaptive_quantile3_g64_mse_stochastic").value();
    const test::weights w = test::bell_shaped(70, 172);
    const serial alone;
    thread_pool threads{3};
    CHECK(same(quantize_scheme<small_menu>(w, how, {}, {}, alone).second.value(),
               quantize_scheme<small_menu>(w, how, {}, {}, threads).second.value()));
}

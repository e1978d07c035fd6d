// SPDX-License-Identifier: MIT
// Training of codebooks: Lloyd's two conditions, placements, weights, degenerate samples.
#include "samples.hpp"

#include <gradus/mapping/codebook_training.hpp>

#include <doctest/doctest.h>

#include <numeric>

namespace {

using gradus::codebook_placement;
using gradus::floats;
using gradus::index_t;
using gradus::train_codebook;
using namespace gradus::test;

/// The index of the level nearest to x, by trying all.
template <class Levels> std::size_t nearest(const Levels& levels, float x) {
    std::size_t best = 0;
    for (std::size_t c = 1; c < levels.size(); ++c) {
        if (std::fabs(levels[c] - x) < std::fabs(levels[best] - x)) { best = c; }
    }
    return best;
}

template <class Levels> double mean_square(const Levels& levels, const std::vector<float>& xs) {
    double sum = 0.0;
    for (const float x : xs) {
        const double e = static_cast<double>(x) - static_cast<double>(levels[nearest(levels, x)]);
        sum += e * e;
    }
    return sum / static_cast<double>(xs.size());
}

/// The largest distance of a level from the mean of the values nearest to it.
template <class Levels> double worst_centroid(const Levels& levels, const std::vector<float>& xs) {
    std::vector<double> sum(levels.size());
    std::vector<double> count(levels.size());
    for (const float x : xs) {
        sum[nearest(levels, x)] += static_cast<double>(x);
        count[nearest(levels, x)] += 1;
    }
    double worst = 0.0;
    for (std::size_t c = 0; c < levels.size(); ++c) {
        if (count[c] == 0) { continue; }
        worst = std::max(worst, std::fabs(sum[c] / count[c] - static_cast<double>(levels[c])));
    }
    return worst;
}

template <class Levels> bool storable(const Levels& levels) {
    bool good = std::is_sorted(levels.begin(), levels.end());
    for (const float level : levels) {
        good = good && gradus::f16::from(level).value() == level;
    }
    return good;
}

/// How many bits the second codebook needs more than the first for the same squared error.
template <class Levels>
double bits_behind(const Levels& best, const Levels& other, const std::vector<float>& xs) {
    return std::log2(mean_square(other, xs) / mean_square(best, xs)) / 2;
}

const std::vector<float> normal = normal_sample(20'000, 1);
const std::vector<float> laplace = laplace_sample(20'000, 2);

}  // namespace

TEST_CASE("a sample sums and counts as a sorted copy does") {
    const std::vector<float> values{3.0f, -1.0f, 2.0f, -1.0f, 0.5f};
    const std::vector<float> weights{1.0f, 2.0f, 0.0f, 1.0f, 4.0f};
    const gradus::weighted_sample plain{values, {}};
    CHECK(plain.size() == 5);
    CHECK(plain.mass() == 5.0);
    CHECK(plain.lowest() == -1.0f);
    CHECK(plain.highest() == 3.0f);
    CHECK(plain.below(-1.0) == 0);
    CHECK(plain.below(0.6) == 3);
    CHECK(plain.below(9.0) == 5);
    CHECK(plain.mean(0, 5, 9.0) == doctest::Approx(0.7));
    CHECK(plain.mean(2, 2, 9.0) == 9.0);
    const gradus::weighted_sample weighted{values, weights};
    CHECK(weighted.mass() == 8.0);
    CHECK(weighted.mass(0, 2) == 3.0);
    CHECK(weighted.mean(0, 5, 9.0) == doctest::Approx((3.0 - 3.0 + 2.0) / 8));
    CHECK(weighted.mean(3, 4, 9.0) == 9.0);  // the value 2 has no weight
}

TEST_CASE("quantiles of the mass are those of the sorted values") {
    std::vector<float> sorted(laplace);
    std::sort(sorted.begin(), sorted.end());
    const gradus::weighted_sample sample{laplace, {}};
    for (int i = 1; i < 200; ++i) {
        const double p = (i - 0.5) / 200;
        const auto at = static_cast<std::size_t>(p * static_cast<double>(sorted.size()));
        CHECK(sample.quantile(p) == static_cast<double>(sorted[at]));
    }
}

TEST_CASE("Lloyd's conditions hold: every level is the mean of the values nearest to it") {
    INFO("GRADUS_SEED=", seed());
    for (const auto* xs : {&normal, &laplace}) {
        const auto two = train_codebook<2>(*xs, {}, codebook_placement::lloyd, false);
        const auto three = train_codebook<3>(*xs, {}, codebook_placement::lloyd, false);
        // 2^-11 of a level is the rounding to 16 bits; the iteration stops at moves of 1e-5.
        CHECK(worst_centroid(two, *xs) < 4e-3);
        CHECK(worst_centroid(three, *xs) < 0.02);
        CHECK(storable(two));
        CHECK(storable(three));
    }
}

TEST_CASE("on normal values the errors are near those of the optimal quantizer") {
    INFO("GRADUS_SEED=", seed());
    const auto error = [](auto levels) { return mean_square(levels, normal); };
    constexpr auto lloyd = codebook_placement::lloyd;
    CHECK(error(train_codebook<1>(normal, {}, lloyd, false)) ==
          doctest::Approx(0.3634).epsilon(.04));
    CHECK(error(train_codebook<2>(normal, {}, lloyd, false)) ==
          doctest::Approx(0.1175).epsilon(.04));
    CHECK(error(train_codebook<3>(normal, {}, lloyd, false)) ==
          doctest::Approx(0.03454).epsilon(.04));
    CHECK(error(train_codebook<4>(normal, {}, lloyd, false)) ==
          doctest::Approx(0.0095).epsilon(.04));
}

TEST_CASE("density placement is within .12 bit of Lloyd where groups bound the values") {
    INFO("GRADUS_SEED=", seed());
    constexpr auto lloyd = codebook_placement::lloyd;
    constexpr auto density = codebook_placement::density;
    for (const auto& xs : {normalised(normal), normalised(laplace)}) {
        CHECK(bits_behind(train_codebook<3>(xs, {}, lloyd, false),
                          train_codebook<3>(xs, {}, density, false), xs) <= 0.12);
        CHECK(bits_behind(train_codebook<4>(xs, {}, lloyd, false),
                          train_codebook<4>(xs, {}, density, false), xs) <= 0.12);
        CHECK(bits_behind(train_codebook<5>(xs, {}, lloyd, false),
                          train_codebook<5>(xs, {}, density, false), xs) <= 0.12);
    }
    CHECK(bits_behind(train_codebook<4>(normal, {}, lloyd, false),
                      train_codebook<4>(normal, {}, density, false), normal) <= 0.06);
}

TEST_CASE("placement by mass gives quantiles, and loses to the others") {
    std::vector<float> sorted(normal);
    std::sort(sorted.begin(), sorted.end());
    const auto mass = train_codebook<4>(normal, {}, codebook_placement::mass, false);
    for (std::size_t c = 0; c < 16; ++c) {
        const float expected = sorted[(2 * c + 1) * sorted.size() / 32];
        CHECK(std::fabs(mass[c] - expected) <= 1e-3f * std::fabs(expected));
    }
    const auto lloyd = train_codebook<4>(normal, {}, codebook_placement::lloyd, false);
    CHECK(bits_behind(lloyd, mass, normal) > 0.3);
}

TEST_CASE("an exact zero is kept by every placement, and costs little at four bits") {
    for (const auto placement :
         {codebook_placement::lloyd, codebook_placement::density, codebook_placement::mass}) {
        for (const auto* xs : {&normal, &laplace}) {
            const auto levels = train_codebook<4>(*xs, {}, placement, true);
            CHECK(std::count(levels.begin(), levels.end(), 0.0f) == 1);
            CHECK(storable(levels));
            const auto free = train_codebook<4>(*xs, {}, placement, false);
            CHECK(bits_behind(free, levels, *xs) < 0.08);
        }
    }
    std::vector<float> positive(normal);  // the zero is then beyond the sample
    for (float& x : positive) {
        x = std::fabs(x) + 1.0f;
    }
    const auto levels = train_codebook<3>(positive, {}, codebook_placement::lloyd, true);
    CHECK(levels[0] == 0.0f);
    CHECK(levels[1] >= 1.0f);
    CHECK(std::isfinite(mean_square(levels, positive)));
}

TEST_CASE("weights pull levels to where they are") {
    std::vector<float> weights(normal.size());
    for (index_t i = 0; i < weights.size(); ++i) {
        weights[i] = normal[i] > 0 ? 9.0f : 1.0f;
    }
    for (const auto placement :
         {codebook_placement::lloyd, codebook_placement::density, codebook_placement::mass}) {
        const auto plain = train_codebook<3>(normal, {}, placement, false);
        const auto pulled = train_codebook<3>(normal, weights, placement, false);
        const auto above = [](const auto& levels) {
            return std::count_if(levels.begin(), levels.end(), [](float x) { return x > 0; });
        };
        CHECK(above(plain) == 4);
        CHECK(above(pulled) > 4);
        CHECK(std::accumulate(pulled.begin(), pulled.end(), 0.0f) >
              std::accumulate(plain.begin(), plain.end(), 0.0f) + 1.0f);
    }
}

TEST_CASE("a weight counts as so many copies") {
    std::vector<float> values(normal.begin(), normal.begin() + 3000);
    std::vector<float> weights;
    std::vector<float> copies;
    for (index_t i = 0; i < values.size(); ++i) {
        weights.push_back(static_cast<float>(i % 4));
        copies.insert(copies.end(), i % 4, values[i]);
    }
    // An extreme value without weight still widens the histogram; here both samples share theirs.
    const auto [low, high] = std::minmax_element(copies.begin(), copies.end());
    for (float& x : values) {
        x = std::clamp(x, *low, *high);
    }
    for (const auto placement :
         {codebook_placement::lloyd, codebook_placement::density, codebook_placement::mass}) {
        const auto a = train_codebook<4>(values, weights, placement, false);
        const auto b = train_codebook<4>(copies, {}, placement, false);
        for (std::size_t c = 0; c < a.size(); ++c) {
            CHECK(std::fabs(a[c] - b[c]) <= 2e-3f);
        }
    }
}

TEST_CASE("the order of the sample does not matter") {
    std::vector<float> reversed(laplace.rbegin(), laplace.rend());
    std::vector<float> weights(laplace.size());
    for (index_t i = 0; i < weights.size(); ++i) {
        weights[i] = static_cast<float>(i % 7) + 0.5f;
    }
    const std::vector<float> backward(weights.rbegin(), weights.rend());
    for (const auto placement :
         {codebook_placement::lloyd, codebook_placement::density, codebook_placement::mass}) {
        CHECK(train_codebook<4>(laplace, weights, placement, false) ==
              train_codebook<4>(reversed, backward, placement, false));
        CHECK(train_codebook<4>(laplace, {}, placement, true) ==
              train_codebook<4>(reversed, {}, placement, true));
    }
}

TEST_CASE("samples of equal values, of one value, of zeros") {
    for (const auto placement :
         {codebook_placement::lloyd, codebook_placement::density, codebook_placement::mass}) {
        for (const float value : {0.375f, -2.0f, 0.0f}) {
            for (const std::size_t n : {1u, 1000u}) {
                const std::vector<float> same(n, value);
                const auto levels = train_codebook<3>(same, {}, placement, false);
                CHECK(mean_square(levels, same) == 0.0);
                CHECK(storable(levels));
                const auto with_zero = train_codebook<3>(same, {}, placement, true);
                CHECK(mean_square(with_zero, same) == 0.0);
                CHECK(with_zero[nearest(with_zero, 0.0f)] == 0.0f);
            }
        }
    }
}

TEST_CASE("more levels than values: every value has its own") {
    const std::vector<float> distinct{-1.0f, -0.5f, 0.125f, 0.25f, 1.0f};
    std::vector<float> sample;
    for (int copy = 0; copy < 50; ++copy) {
        sample.insert(sample.end(), distinct.begin(), distinct.end());
    }
    const auto lloyd = train_codebook<5>(sample, {}, codebook_placement::lloyd, false);
    CHECK(mean_square(lloyd, sample) == 0.0);
    const auto mass = train_codebook<5>(sample, {}, codebook_placement::mass, false);
    CHECK(mean_square(mass, sample) == 0.0);
    CHECK(storable(lloyd));
}

TEST_CASE("weights that are all zero give finite levels") {
    const std::vector<float> values{-1.0f, 0.0f, 0.5f, 2.0f};
    const std::vector<float> nothing(4, 0.0f);
    for (const auto placement :
         {codebook_placement::lloyd, codebook_placement::density, codebook_placement::mass}) {
        for (const float level : train_codebook<3>(values, nothing, placement, false)) {
            CHECK(std::isfinite(level));
        }
    }
}

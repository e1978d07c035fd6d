// SPDX-License-Identifier: MIT
// Every factor once, nearest to one first, mirrored where asked for.
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/range/range_trials.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace {

using gradus::interval;
using gradus::interval_batch;
using gradus::range_trials;

/// The power of a trial and whether it is mirrored.
struct trial {
    int power;
    bool mirrored;
};

std::vector<trial> trials_of(const range_trials& all) {
    std::vector<trial> found;
    for (int i = 0; i < all.count; ++i) {
        const float factor = all.keep[i] + all.turn[i];
        CHECK(all.keep[i] * all.turn[i] == 0.0f);
        const double power = 16.0 * std::log2(static_cast<double>(factor));
        CHECK(power == doctest::Approx(std::round(power)).epsilon(1e-5).scale(1.0));
        found.push_back({static_cast<int>(std::round(power)), all.turn[i] != 0.0f});
    }
    return found;
}

}  // namespace

TEST_CASE("powers of two in sixteenths") {
    for (int k = -96; k <= 96; ++k) {
        CHECK(static_cast<double>(gradus::sixteenth_power(k)) ==
              doctest::Approx(std::exp2(k / 16.0)).epsilon(1e-7));
    }
    CHECK(gradus::sixteenth_power(0) == 1.0f);
    CHECK(gradus::sixteenth_power(-32) == 0.25f);
}

TEST_CASE("each factor is there once, and once more mirrored") {
    for (const auto& [down, up] : {std::pair{16, 7}, {0, 1}, {1, 0}, {3, 40}, {96, 96}, {8, 8}}) {
        for (const bool mirrored : {false, true}) {
            const range_trials all{down, up, mirrored};
            const std::vector<trial> found = trials_of(all);
            CHECK(found.size() == static_cast<std::size_t>((down + up + 1) * (mirrored ? 2 : 1)));
            for (int k = -down; k <= up; ++k) {
                for (const bool turned : {false, true}) {
                    const auto times = std::count_if(found.begin(), found.end(), [&](trial t) {
                        return t.power == k && t.mirrored == turned;
                    });
                    CHECK(times == (turned && !mirrored ? 0 : 1));
                }
            }
            CHECK(found[static_cast<std::size_t>(all.lowest[0])].power == -down);
            CHECK(found[static_cast<std::size_t>(all.highest[0])].power == up);
            CHECK((all.lowest[1] >= 0) == mirrored);
            if (mirrored) { CHECK(found[static_cast<std::size_t>(all.lowest[1])].mirrored); }
        }
    }
}

TEST_CASE("the start comes first, then what is near") {
    const std::vector<trial> found = trials_of(range_trials{16, 7, false});
    CHECK(found[0].power == 0);
    for (std::size_t i = 1; i < found.size(); ++i) {
        CHECK(std::abs(found[i].power) >= std::abs(found[i - 1].power));
    }
}

TEST_CASE("a search tells how many it tries") {
    const auto count = [&](auto map) {
        int asked = 0;
        const auto loss = [&](auto) { return static_cast<float>(++asked == 1 ? 1 : 2); };
        static_cast<void>(gradus::mse_search{}.search(std::vector{-1.0f, 2.0f}, map, loss));
        return asked;
    };
    using gradus::uniform_asymmetric, gradus::uniform_symmetric, gradus::normal_quantile;
    constexpr gradus::mse_search search;
    CHECK(count(uniform_symmetric<4>{}) == search.candidates<uniform_symmetric<4>>());
    CHECK(count(uniform_asymmetric<4>{}) == search.candidates<uniform_asymmetric<4>>());
    CHECK(count(normal_quantile<4>{}) == search.candidates<normal_quantile<4>>());
    CHECK(search.candidates<uniform_symmetric<4>>() == 48);
}

TEST_CASE("an interval is scaled, or mirrored and scaled") {
    const range_trials all{2, 1, true};
    const interval_batch some{{-3.0f, 5.0f}, all.keep, all.keep, all.turn, all.count};
    const std::vector<trial> found = trials_of(all);
    for (int i = 0; i < all.count; ++i) {
        const trial t = found[static_cast<std::size_t>(i)];
        const float by = gradus::sixteenth_power(t.power);
        CHECK(some.at(i).lo == by * (t.mirrored ? 5.0f : -3.0f));
        CHECK(some.at(i).hi == by * (t.mirrored ? -3.0f : 5.0f));
    }
}

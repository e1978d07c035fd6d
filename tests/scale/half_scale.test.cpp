// SPDX-License-Identifier: MIT
// 16-bit scales against a search through all their values.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/scale/half_scale.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using gradus::bf16_scale;
using gradus::f16_scale;

static_assert(gradus::name_of<f16_scale>() == "f16" && gradus::name_of<bf16_scale>() == "bf16");
static_assert(f16_scale{}.encode(1.0f, 0) == 0x3c00u && bf16_scale{}.encode(1.0f, 0) == 0x3f80u);
static_assert(f16_scale{}.fit_row(7.0f) == 0 && bf16_scale{}.fit_row(7.0f) == 0);

/// All finite values of a format, ascending, each with its word.
template <class Scale> struct catalogue {
    std::vector<double> values;
    std::vector<std::uint32_t> words;

    catalogue() {
        for (std::uint32_t word = 0; word < 0x10000u; ++word) {
            if (word != 0x8000u && std::isfinite(Scale{}.decode(word, 0))) {
                words.push_back(word);
            }
        }
        std::sort(words.begin(), words.end(), [](std::uint32_t a, std::uint32_t b) {
            return Scale{}.decode(a, 0) < Scale{}.decode(b, 0);
        });
        for (const std::uint32_t word : words) {
            values.push_back(static_cast<double>(Scale{}.decode(word, 0)));
        }
    }

    /// The word of the value nearest to x; of two equally near, the even one.
    [[nodiscard]] std::uint32_t nearest(double x) const {
        const auto at = std::lower_bound(values.begin(), values.end(), x);
        const auto above = static_cast<std::size_t>(at - values.begin());
        if (above == 0) { return words.front(); }
        if (above == values.size()) { return words.back(); }
        const double up = values[above] - x;
        const double down = x - values[above - 1];
        if (up == down) { return words[above] % 2 == 0 ? words[above] : words[above - 1]; }
        return up < down ? words[above] : words[above - 1];
    }
};

}  // namespace

TEST_CASE_TEMPLATE("every word that is a number comes back", S, f16_scale, bf16_scale) {
    int changed = 0;
    for (std::uint32_t word = 0; word < 0x10000u; ++word) {
        const float value = S{}.decode(word, 0);
        const std::uint32_t again = S{}.encode(value, 0);
        changed += std::isnan(value) ? !std::isnan(S{}.decode(again, 0)) : again != word;
    }
    CHECK(changed == 0);
}

TEST_CASE_TEMPLATE("a scale is stored as the nearest value there is", S, f16_scale, bf16_scale) {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const catalogue<S> all;
    const auto key = gradus::random_key::of(gradus::test::seed(), 0x68616c66u);
    int wrong = 0;
    for (std::uint64_t i = 0; i < 200'000; ++i) {
        const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(key.bits(i)));
        if (!(std::fabs(x) <= S::largest)) { continue; }
        const std::uint32_t word = S{}.encode(x, 0);
        // Only the sign of a zero may differ from the catalogue.
        wrong += word != all.nearest(static_cast<double>(x)) && S{}.decode(word, 0) != 0.0f;
    }
    CHECK(wrong == 0);
    // Midway between neighbours, and one float to each side of that.
    for (std::size_t i = 0; i + 1 < all.values.size(); ++i) {
        const auto middle = static_cast<float>(0.5 * (all.values[i] + all.values[i + 1]));
        for (const float x :
             {std::nextafter(middle, -1e30f), middle, std::nextafter(middle, 1e30f)}) {
            const float stored = S{}.decode(S{}.encode(x, 0), 0);
            wrong += stored != S{}.decode(all.nearest(static_cast<double>(x)), 0);
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("the relative error is that of the docstring", S, f16_scale, bf16_scale) {
    const double bound = S::brain ? 0x1p-8 : 0x1p-11;
    const double smallest = S::brain ? 0x1p-126 : 0x1p-14;  // below it steps are constant
    double worst = 0.0;
    for (double x = smallest; x <= static_cast<double>(S::largest); x *= 1.0003) {
        const auto scale = static_cast<float>(x);
        const auto stored = static_cast<double>(S{}.decode(S{}.encode(scale, 0), 0));
        const auto exact = static_cast<double>(scale);
        worst = std::max(worst, std::fabs(stored - exact) / exact);
    }
    CHECK(worst <= bound);
    CHECK(worst > 0.9 * bound);
}

TEST_CASE_TEMPLATE("storing keeps order and sign", S, f16_scale, bf16_scale) {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto key = gradus::random_key::of(gradus::test::seed(), 0x6f72646572u);
    std::vector<float> scales;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        scales.push_back(static_cast<float>(std::exp2(40 * key.uniform(i) - 25)));
    }
    std::sort(scales.begin(), scales.end());
    int faults = 0;
    float before = 0.0f;
    for (const float scale : scales) {
        const float stored = S{}.decode(S{}.encode(scale, 0), 0);
        faults += stored < before;
        faults += S{}.decode(S{}.encode(-scale, 0), 0) != -stored;
        before = stored;
    }
    CHECK(faults == 0);
}

TEST_CASE_TEMPLATE("the largest scale is the largest finite one", S, f16_scale, bf16_scale) {
    CHECK(S{}.decode(S{}.encode(S::largest, 0), 0) == S::largest);
    CHECK(std::isinf(S{}.decode(S{}.encode(S::largest, 0) + 1, 0)));
    CHECK(std::isinf(S{}.decode(S{}.encode(std::numeric_limits<float>::infinity(), 0), 0)));
    CHECK(std::isnan(S{}.decode(S{}.encode(std::numeric_limits<float>::quiet_NaN(), 0), 0)));
    CHECK(S{}.encode(0.0f, 0) == 0);
}

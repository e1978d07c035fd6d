// SPDX-License-Identifier: MIT
// The searched range: never worse than min-max, equivariant, optimal on normal values.
#include "values.hpp"

#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/simd/lanes.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::floats;
using gradus::group_loss;
using gradus::index_t;
using gradus::interval;
using gradus::minmax;
using gradus::mse_search;
using gradus::shifted;
using gradus::uniform_asymmetric;
using gradus::uniform_symmetric;
using namespace gradus::test;

static_assert(gradus::searching_estimator<mse_search, uniform_symmetric<4>>);
static_assert(gradus::name_of<mse_search>() == "mse");

constexpr float norms[] = {1.0f, 1.5f, 2.0f, 2.5f, 3.0f, 3.5f, 4.0f};

template <gradus::mapping M>
float loss_of(const M& map, interval range, floats values, floats weights, const mse_search& s) {
    return group_loss<float>(map, map.fit(range), values, weights, s.half_power());
}

/// Samples on which the search does worse than min-max, in its own norm.
template <gradus::mapping M> int losses_to_minmax(const M& map) {
    int faults = 0;
    for (const index_t n : {1u, 2u, 7u, 32u, 100u}) {
        const auto values = normal_sample(n, n);
        const auto weights = uniform_sample(n, 0, 2, n);
        for (const float norm : norms) {
            const mse_search search{norm};
            for (const floats w : {floats{}, floats{weights}}) {
                const interval found = search(values, w, map);
                const interval plain = minmax::of(values);
                faults +=
                    loss_of(map, found, values, w, search) > loss_of(map, plain, values, w, search);
                const auto power = static_cast<double>(norm);
                const double exact = exact_loss(map, map.fit(found), values, w, power);
                const double before = exact_loss(map, map.fit(plain), values, w, power);
                faults += exact > before * (1 + 1e-5);
            }
        }
    }
    return faults;
}

/// Multiplying all values by 4^k multiplies the interval: every step of the search is exact then,
/// the square roots of half-integer norms too.
template <gradus::mapping M> int scale_faults(const M& map) {
    int faults = 0;
    for (const index_t n : {5u, 64u}) {
        const auto values = normal_sample(n, n);
        for (const float norm : norms) {
            const interval plain = mse_search{norm}(values, {}, map);
            for (const float factor : {0.0625f, 4.0f, 16.0f}) {
                auto scaled = values;
                for (float& x : scaled) {
                    x *= factor;
                }
                const interval found = mse_search{norm}(scaled, {}, map);
                faults += found.lo != plain.lo * factor || found.hi != plain.hi * factor;
            }
        }
    }
    return faults;
}

/// The largest relative change of the loss found when all values change their sign. Positions on
/// the axis of codes round differently then, so that equally good candidates may change places.
template <gradus::mapping M> double sign_change(const M& map) {
    double worst = 0.0;
    for (const index_t n : {5u, 32u, 100u}) {
        const auto values = normal_sample(n, n);
        auto negated = values;
        for (float& x : negated) {
            x = -x;
        }
        for (const float norm : norms) {
            const mse_search search{norm};
            const auto a =
                static_cast<double>(loss_of(map, search(values, {}, map), values, {}, search));
            const auto b =
                static_cast<double>(loss_of(map, search(negated, {}, map), negated, {}, search));
            worst = std::max(worst, std::fabs(a - b) / std::max(a, 1e-12));
        }
    }
    return worst;
}

/// A sorted sample whose squared error on a grid takes one bisection a level.
class sorted_sample {
  public:
    explicit sorted_sample(std::vector<float> values) : values_{std::move(values)} {
        std::sort(values_.begin(), values_.end());
        sum_.push_back(0.0);
        squares_.push_back(0.0);
        for (const float x : values_) {
            const auto exact = static_cast<double>(x);
            sum_.push_back(sum_.back() + exact);
            squares_.push_back(squares_.back() + exact * exact);
        }
    }

    [[nodiscard]] const std::vector<float>& values() const { return values_; }

    [[nodiscard]] double mean_square(std::vector<double> levels) const {
        std::sort(levels.begin(), levels.end());
        double total = 0.0;
        std::size_t first = 0;
        for (std::size_t c = 0; c < levels.size(); ++c) {
            std::size_t last = values_.size();
            if (c + 1 < levels.size()) {
                const double middle = (levels[c] + levels[c + 1]) / 2;
                last = static_cast<std::size_t>(
                    std::lower_bound(values_.begin(), values_.end(), middle,
                                     [](float x, double m) { return static_cast<double>(x) < m; }) -
                    values_.begin());
            }
            total += squares_[last] - squares_[first] - 2 * levels[c] * (sum_[last] - sum_[first]) +
                     levels[c] * levels[c] * static_cast<double>(last - first);
            first = last;
        }
        return total / static_cast<double>(values_.size());
    }

  private:
    std::vector<float> values_;
    std::vector<double> sum_;
    std::vector<double> squares_;
};

template <gradus::mapping M>
double mean_square(const M& map, typename M::params p, const sorted_sample& sample) {
    std::vector<double> levels;
    for (int c = 0; c < M::codes; ++c) {
        levels.push_back(static_cast<double>(map.decode(static_cast<gradus::code_t>(c), p)));
    }
    return sample.mean_square(levels);
}

/// What the search finds where the loss is exact, in scale and mean square.
template <gradus::mapping M> double searched(const M& map, const sorted_sample& sample) {
    const interval found = mse_search{}.search(sample.values(), map, [&](typename M::params p) {
        return static_cast<float>(mean_square(map, p, sample));
    });
    return mean_square(map, map.fit(found), sample);
}

const sorted_sample& million() {
    static const sorted_sample sample{normal_sample(1'000'000, 99)};
    return sample;
}

}  // namespace

TEST_CASE("never worse than min-max, in any norm") {
    INFO("GRADUS_SEED=", seed());
    CHECK(losses_to_minmax(uniform_symmetric<2>{}) == 0);
    CHECK(losses_to_minmax(uniform_symmetric<4>{}) == 0);
    CHECK(losses_to_minmax(uniform_asymmetric<3>{}) == 0);
    CHECK(losses_to_minmax(shifted<uniform_symmetric<2>>{}) == 0);
    CHECK(losses_to_minmax(gradus::ternary{}) == 0);
    CHECK(losses_to_minmax(gradus::binary{}) == 0);
    CHECK(losses_to_minmax(gradus::adaptive_quantile<3>{}) == 0);
}

TEST_CASE("scaling the values scales the interval") {
    INFO("GRADUS_SEED=", seed());
    CHECK(scale_faults(uniform_symmetric<3>{}) == 0);
    CHECK(scale_faults(uniform_asymmetric<3>{}) == 0);
    CHECK(scale_faults(gradus::ternary{}) == 0);
    CHECK(scale_faults(gradus::adaptive_quantile<2>{}) == 0);
}

TEST_CASE("changing all signs changes nothing") {
    INFO("GRADUS_SEED=", seed());
    CHECK(sign_change(uniform_symmetric<3>{}) < 1e-4);
    CHECK(sign_change(shifted<uniform_symmetric<3>>{}) < 1e-4);
    CHECK(sign_change(gradus::ternary{}) < 1e-4);
    CHECK(sign_change(gradus::adaptive_quantile<3>{}) < 1e-4);
}

TEST_CASE("the mirrored grid is taken where it fits better") {
    // {-2, -1, 0, 1} is the plain two-bit grid; these values need it upside down.
    const std::vector<float> values{2.0f, 1.0f, 0.0f, -1.0f, 2.0f, 1.0f};
    const uniform_symmetric<2> map;
    const mse_search search{2.0f, 64, 64};
    const interval found = search(values, {}, map);
    CHECK(found.lo > found.hi);
    CHECK(map.fit(found).scale < 0.0f);
    CHECK(exact_loss(map, map.fit(found), values, {}, 2) < 0.05);
}

TEST_CASE("important values win, unimportant ones are clipped") {
    auto values = normal_sample(64, 1);
    values[10] = 8.0f;
    std::vector<float> weights(64, 1.0f);
    const uniform_symmetric<3> map;
    weights[10] = 0.0f;
    const auto ignored = map.fit(mse_search{}(values, weights, map));
    weights[10] = 1e4f;
    const auto respected = map.fit(mse_search{}(values, weights, map));
    const std::vector<float> important{8.0f};
    CHECK(std::fabs(ignored.scale) < 1.2f);
    CHECK(exact_loss(map, ignored, important, {}, 1) > 2.0);
    CHECK(exact_loss(map, respected, important, {}, 1) < 0.2);
}

TEST_CASE("only ratios of weights count, and whole ones count copies") {
    const auto values = normal_sample(48, 2);
    std::vector<float> weights;
    std::vector<float> doubled;
    std::vector<float> copies;
    for (index_t i = 0; i < values.size(); ++i) {
        weights.push_back(static_cast<float>(1 + i % 3));
        doubled.push_back(2 * weights.back());
        copies.insert(copies.end(), 1 + i % 3, values[i]);
    }
    const uniform_symmetric<3> map;
    const interval found = mse_search{}(values, weights, map);
    const interval again = mse_search{}(values, doubled, map);
    CHECK(found.lo == again.lo);
    CHECK(found.hi == again.hi);
    const interval copied = mse_search{}(copies, {}, map);
    CHECK(exact_loss(map, map.fit(copied), copies, {}, 2) ==
          doctest::Approx(exact_loss(map, map.fit(found), values, weights, 2)).epsilon(1e-4));
}

TEST_CASE("a zero point lets the ends move apart") {
    std::vector<float> values = uniform_sample(2047, -1, 1, 3);
    values.push_back(3.5f);  // one value on one side
    const uniform_asymmetric<4> map;
    const interval found = mse_search{}(values, {}, map);
    double best_common = 1e300;
    const interval whole = minmax::of(values);
    for (int k = -64; k <= 32; ++k) {
        const auto factor = static_cast<float>(std::exp2(k / 16.0));
        best_common =
            std::min(best_common, exact_loss(map, map.fit({whole.lo * factor, whole.hi * factor}),
                                             values, {}, 2));
    }
    CHECK(exact_loss(map, map.fit(found), values, {}, 2) < best_common);
}

TEST_CASE("each end is refined by itself") {
    const std::vector<float> values{-1.0f, 1.0f};
    const uniform_asymmetric<8> map;
    for (const interval wanted : {interval{-1.0f, 0.75f}, interval{-0.75f, 1.0f}}) {
        const interval found = mse_search{}.search(values, map, [&](gradus::scale_and_zero p) {
            const float lo = map.decode(gradus::code_t{0}, p);
            const float hi = map.decode(gradus::code_t{255}, p);
            return std::fabs(lo - wanted.lo) + std::fabs(hi - wanted.hi);
        });
        CHECK(std::fabs(found.lo - wanted.lo) < 0.03f);
        CHECK(std::fabs(found.hi - wanted.hi) < 0.03f);
    }
}

TEST_CASE("the search goes on beyond its edges, but not for ever") {
    const std::vector<float> values{-1.0f, 1.0f};
    const gradus::binary map;
    for (const float wanted : {0.02f, 0.3f, 0.9f, 3.0f, 40.0f}) {
        const interval found = mse_search{}.search(values, map, [&](gradus::scale_only p) {
            return std::fabs(std::log2(p.scale / wanted));
        });
        CHECK(std::fabs(std::log2(map.fit(found).scale / wanted)) <= 1.0f / 32 + 1e-4f);
    }
    const interval down =
        mse_search{}.search(values, map, [](gradus::scale_only p) { return p.scale; });
    CHECK(down.hi == doctest::Approx(1.0 / 64));
    const interval up =
        mse_search{}.search(values, map, [](gradus::scale_only p) { return 1 / p.scale; });
    CHECK(up.hi == doctest::Approx(64.0));
}

TEST_CASE("a binary scale comes close to the mean magnitude, far below the largest") {
    const auto values = normal_sample(4096, 5);
    double mean = 0.0;
    for (const float x : values) {
        mean += std::fabs(static_cast<double>(x)) / 4096;
    }
    const gradus::binary map;
    const auto p = map.fit(mse_search{}(values, {}, map));
    CHECK(static_cast<double>(p.scale) == doctest::Approx(mean).epsilon(0.03));
}

TEST_CASE("on a million normal values the search finds the best single grid") {
    INFO("GRADUS_SEED=", seed());
    CHECK(searched(uniform_symmetric<2>{}, million()) == doctest::Approx(0.1494).epsilon(0.02));
    CHECK(searched(uniform_symmetric<3>{}, million()) == doctest::Approx(0.0406).epsilon(0.02));
    CHECK(searched(uniform_symmetric<4>{}, million()) == doctest::Approx(0.01187).epsilon(0.02));
    CHECK(searched(shifted<uniform_symmetric<2>>{}, million()) ==
          doctest::Approx(0.1188).epsilon(0.02));
    CHECK(searched(shifted<uniform_symmetric<3>>{}, million()) ==
          doctest::Approx(0.03744).epsilon(0.02));
    CHECK(searched(shifted<uniform_symmetric<4>>{}, million()) ==
          doctest::Approx(0.01154).epsilon(0.02));
}

TEST_CASE("the float sum over a million values is good to four digits") {
    const uniform_symmetric<3> map;
    const auto exact = mean_square(map, {0.6f}, million()) * 1e6;
    const auto found = static_cast<double>(
        group_loss<gradus::simd::f32x16>(map, {0.6f}, million().values(), {}, 4));
    CHECK(found == doctest::Approx(exact).epsilon(1e-4));
}

TEST_CASE("on twenty thousand normal values the whole policy comes as close") {
    const auto values = normal_sample(20'000, 6);
    const sorted_sample sample{values};
    const auto error = [&](const auto& map) {
        return mean_square(map, map.fit(mse_search{}(values, {}, map)), sample);
    };
    CHECK(error(uniform_symmetric<2>{}) == doctest::Approx(0.1494).epsilon(0.05));
    CHECK(error(shifted<uniform_symmetric<2>>{}) == doctest::Approx(0.1188).epsilon(0.05));
    CHECK(error(uniform_symmetric<4>{}) == doctest::Approx(0.01187).epsilon(0.05));
}

TEST_CASE("nothing, zeros, one value") {
    const uniform_symmetric<4> symmetric;
    CHECK(mse_search{}({}, {}, symmetric).hi == 0.0f);
    CHECK(mse_search{}(std::vector<float>(9, 0.0f), {}, symmetric).hi == 0.0f);
    const uniform_asymmetric<4> asymmetric;
    for (const float x : {3.0f, -0.25f, 1e-40f}) {
        const std::vector<float> one{x};
        const auto p = asymmetric.fit(mse_search{}(one, {}, asymmetric));
        CHECK(exact_loss(asymmetric, p, one, {}, 2) <= 1e-12);
        const auto q = symmetric.fit(mse_search{}(one, {}, symmetric));
        CHECK(exact_loss(symmetric, q, one, {}, 1) <=
              std::fabs(static_cast<double>(x)) / 15 + 1e-44);
    }
}

TEST_CASE("norms are halves from one to four; something must be tried") {
    for (const float norm : norms) {
        CHECK(mse_search{norm}.valid());
        CHECK(mse_search{norm}.half_power() == static_cast<int>(2 * norm));
    }
    CHECK_FALSE(mse_search{0.5f}.valid());
    CHECK_FALSE(mse_search{2.4f}.valid());
    CHECK_FALSE(mse_search{4.5f}.valid());
    CHECK_FALSE(mse_search{std::numeric_limits<float>::quiet_NaN()}.valid());
    CHECK_FALSE(mse_search{2.0f, -1, 5}.valid());
    CHECK_FALSE(mse_search{2.0f, 0, 0}.valid());
    CHECK(mse_search{2.0f, 0, 1}.valid());
}

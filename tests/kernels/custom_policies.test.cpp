// SPDX-License-Identifier: MIT
// A user's own policies, written for float alone: they run everywhere, by the scalar definition.
#include "kernel_faults.hpp"

#include <gradus/quantize/quantize.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using namespace gradus;

/// Powers of two of both signs: -4, -2, -1, -1/2, 1/2, 1, 2, 4 times a quarter of the scale.
struct powers_of_two {
    static constexpr std::string_view name = "powers_of_two";
    static constexpr int bits = 3;
    static constexpr int codes = 8;
    using params = scale_only;

    [[nodiscard]] static float level(int code) {
        const int exponent = code < 4 ? 3 - code : code - 4;
        return (code < 4 ? -0.125f : 0.125f) * static_cast<float>(1 << exponent);
    }

    [[nodiscard]] params fit(interval range) const noexcept {
        return {greatest(magnitude(range.lo), magnitude(range.hi))};
    }

    [[nodiscard]] bracket locate(float x, params p) const noexcept {
        const float z = p.scale == 0.0f ? 0.0f : x / p.scale;
        int lower = 0;
        while (lower < 6 && level(lower + 1) <= z) {
            ++lower;
        }
        const float t = (z - level(lower)) / (level(lower + 1) - level(lower));
        return {static_cast<code_t>(lower), least(greatest(t, 0.0f), 1.0f)};
    }

    [[nodiscard]] float decode(code_t code, params p) const noexcept {
        return level(code) * p.scale;
    }
};

/// Up and down in turn, whatever the value: no two elements are independent.
struct alternating {
    static constexpr std::string_view name = "alternating";
    static constexpr bool memoryless = false;

    struct state {
        bool up;
        float lost = 0.0f;

        [[nodiscard]] float adjust(float x) const noexcept { return x + 0.25f * lost; }

        [[nodiscard]] code_t choose(bracket b) noexcept {
            up = !up;
            return static_cast<code_t>(b.lower + (up ? 1 : 0));
        }

        void feed(float residual, float step) noexcept {
            lost = least(greatest(residual, -step), step);
        }
    };

    [[nodiscard]] state start(index_t row) const noexcept { return {row % 2 == 1}; }
};

/// From the second smallest to the second largest value, by selection.
struct all_but_two {
    static constexpr std::string_view name = "all_but_two";

    template <mapping M> [[nodiscard]] interval operator()(floats x, floats, const M&) const {
        std::vector<float> ordered(x.begin(), x.end());
        std::sort(ordered.begin(), ordered.end());
        const index_t skipped = ordered.size() > 2 ? 1 : 0;
        return {ordered[skipped], ordered[ordered.size() - 1 - skipped]};
    }
};

static_assert(mapping<powers_of_two> && !vectorizable_mapping<powers_of_two>);
static_assert(rounding<alternating> && !vectorizable_rounding<alternating>);
static_assert(range_estimator<all_but_two, powers_of_two>);

template <class L> index_t faults_of(typename L::grouping_type by = {}) {
    index_t faults = 0;
    const recipe<L, all_but_two, alternating> how{.groups = by};
    for (const index_t rows : std::initializer_list<index_t>{1, 16, 21}) {
        for (const index_t cols : std::initializer_list<index_t>{1, 5, 64, 100}) {
            const test::product values{rows, 1, cols};  // noise
            const weights_view weights{values.x.data(), rows, cols};
            const auto packed = quantize(weights, how);
            if (!packed) { return 1'000'000; }
            const auto d = test::quantized_by_definition<L>(weights, how.range, how.rounding, {},
                                                            by, packed->map());
            faults += test::differences(packed->bytes(), d.bytes());
            faults += test::kernel_faults(d);
        }
    }
    return faults;
}

}  // namespace

TEST_CASE("mapping, rounding and range of one's own") {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(faults_of<layout<powers_of_two, group<32>>>() == 0);
    CHECK(faults_of<layout<powers_of_two, group<>, log8_scale>>({24}) == 0);
    CHECK(faults_of<layout<powers_of_two, group<8>, f16_scale, bit_planes<3>, single_rows>>() == 0);
}

// SPDX-License-Identifier: MIT
// Rows of brackets rounded one by one and sixteen at a time; rows of values rounded on a grid.
#pragma once

#include "seed.hpp"

#include <gradus/concepts/rounding.hpp>
#include <gradus/core/random.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/simd/lanes.hpp>

#include <array>
#include <cmath>
#include <vector>

namespace gradus::test {

/// Brackets with all kinds of fractions: 0, 1/2, 1 and neighbours of them are frequent.
inline std::vector<bracket> random_brackets(index_t n, std::uint64_t stream) {
    constexpr std::array special{0.0f, 0.5f, 1.0f, 0x1p-24f, 0.49999997f, 0.50000006f};
    const auto key = random_key::of(seed(), 0x627261636b6574u, stream);
    std::vector<bracket> brackets(n);
    for (index_t i = 0; i < n; ++i) {
        const float t = i % 3 == 0 ? special[key.below(special.size(), 3 * i)]
                                   : static_cast<float>(key.uniform(3 * i + 1));
        brackets[i] = {static_cast<code_t>(key.below(255, 3 * i + 2)), t};
    }
    return brackets;
}

template <rounding R>
std::vector<code_t> one_by_one(const R& r, index_t row, const std::vector<bracket>& brackets) {
    auto state = r.start(row);
    std::vector<code_t> codes;
    for (const bracket& b : brackets) {
        codes.push_back(state.choose(b));
    }
    return codes;
}

/// Whole batches first; what is left, alone.
template <rounding R>
std::vector<code_t> by_sixteen(const R& r, index_t row, const std::vector<bracket>& brackets) {
    auto state = r.start(row);
    std::vector<code_t> codes(brackets.size());
    index_t i = 0;
    for (; i + simd::lanes <= brackets.size(); i += simd::lanes) {
        std::array<std::uint32_t, simd::lanes> lower{};
        std::array<float, simd::lanes> t{};
        for (index_t j = 0; j < simd::lanes; ++j) {
            lower[j] = brackets[i + j].lower;
            t[j] = brackets[i + j].t;
        }
        const basic_bracket<simd::f32x16> b{simd::u32x16::load(lower.data()),
                                            simd::f32x16::load(t.data())};
        std::array<std::uint32_t, simd::lanes> chosen{};
        state.choose(b).store(chosen.data());
        for (index_t j = 0; j < simd::lanes; ++j) {
            codes[i + j] = static_cast<code_t>(chosen[j]);
        }
    }
    for (; i < brackets.size(); ++i) {
        codes[i] = state.choose(brackets[i]);
    }
    return codes;
}

/// Lengths 0 to 2 lanes + 1 and some rows: how many differ between the two ways.
template <rounding R> int lane_faults(const R& r) {
    int faults = 0;
    for (index_t n = 0; n <= 2 * simd::lanes + 1; ++n) {
        faults +=
            one_by_one(r, n, random_brackets(n, n)) != by_sixteen(r, n, random_brackets(n, n));
    }
    for (index_t row = 0; row < 20; ++row) {
        const auto brackets = random_brackets(1000 + row, row);
        faults += one_by_one(r, row, brackets) != by_sixteen(r, row, brackets);
    }
    return faults;
}

/// A grid of step 1 from -8 to 7, and what a row of values becomes on it.
inline constexpr uniform_symmetric<4> unit_grid{};
inline constexpr scale_only unit_scale{1.0f};

template <rounding R>
std::vector<float> rounded_row(const R& r, index_t row, const std::vector<float>& values) {
    auto state = r.start(row);
    std::vector<float> decoded;
    for (const float x : values) {
        const float wanted = state.adjust(x);
        const code_t c = state.choose(unit_grid.locate(wanted, unit_scale));
        decoded.push_back(unit_grid.decode(c, unit_scale));
        state.feed(wanted - decoded.back(), unit_scale.scale);
    }
    return decoded;
}

inline std::vector<float> random_row(index_t n, double lo, double hi, std::uint64_t stream) {
    const auto key = random_key::of(seed(), 0x726f77u, stream);
    std::vector<float> values(n);
    for (index_t i = 0; i < n; ++i) {
        values[i] = static_cast<float>(lo + (hi - lo) * key.uniform(i));
    }
    return values;
}

}  // namespace gradus::test

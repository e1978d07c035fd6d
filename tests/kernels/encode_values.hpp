// SPDX-License-Identifier: MIT
// Values that encoders may meet, and runs of them encoded both ways.
#pragma once

#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/kernels/encode.hpp>

#include <limits>
#include <vector>

namespace gradus::test {

/// Spread over a grid of `scale` and beyond its ends; every third value is on or halfway between
/// levels, zero, huge or tiny. NaN and infinity are refused before encoding.
inline std::vector<float> values_around(float scale, index_t count, std::uint64_t stream) {
    constexpr float odd[] = {0.0f,
                             -0.0f,
                             std::numeric_limits<float>::max(),
                             std::numeric_limits<float>::lowest(),
                             std::numeric_limits<float>::denorm_min(),
                             -1e-40f,
                             1e-30f};
    const auto key = random_key::of(seed(), 0x76616c7565u, stream);
    std::vector<float> values(count);
    for (index_t i = 0; i < count; ++i) {
        const double steps = 40 * key.uniform(3 * i) - 20;
        values[i] = static_cast<float>(steps) * scale;
        const auto kind = key.below(6, 3 * i + 1);
        if (kind == 0) { values[i] = odd[key.below(7, 3 * i + 2)]; }
        if (kind == 1) { values[i] = 0.5f * static_cast<float>(static_cast<int>(steps)) * scale; }
    }
    return values;
}

/// Scales of every size and both signs, and of a group of zeros.
inline constexpr float all_scales[] = {1.0f, 0.0371f, -0.62f, 3e5f, 0.0f, 1e-30f, 1e-42f};

/// Codes that differ between a run and its values one by one, for lengths around one and two
/// vectors; a second run goes on with the rounder's state.
template <class M, class R> int encode_faults(const M& map, const R& rounding) {
    int faults = 0;
    for (const float scale : all_scales) {
        typename M::params p{};
        p.scale = has_zero_point<M> ? magnitude(scale) : scale;
        if constexpr (has_zero_point<M>) { p.zero = M::codes / 3; }
        for (index_t n = 0; n <= 2 * simd::lanes + 1; ++n) {
            const std::vector<float> x = values_around(scale, n, n);
            auto one_by_one = rounding.start(n);
            auto in_runs = rounding.start(n);
            for (int again = 0; again < 2; ++again) {
                constexpr code_t guard = 0xee;
                std::vector<code_t> expected(n + 1, guard);
                std::vector<code_t> codes(n + 1, guard);
                encode_values(map, p, one_by_one, bool(R::memoryless), x, expected.data());
                encode_run(map, p, rounding, in_runs, x, codes.data());
                faults += codes != expected;
                for (index_t i = 0; i < n; ++i) {
                    faults += codes[i] >= M::codes;
                }
            }
        }
    }
    return faults;
}

}  // namespace gradus::test

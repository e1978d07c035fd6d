// SPDX-License-Identifier: MIT
// Walsh-Hadamard transform of any width.
#pragma once

#include <gradus/concepts/rotation.hpp>
#include <gradus/core/real.hpp>

#include <bit>
#include <cmath>

namespace gradus {

/// x <- H x / sqrt(n) for each block of n = 2^k values, H the symmetric matrix of +1 and -1 with
/// orthogonal rows (Sylvester). A width that is no power of two is cut into blocks of descending
/// powers of two, its binary digits: 80 = 64 + 16. Its own inverse.
///
/// Error:  relative to the length of x at most k 2^-24 (k additions a value, then one product).
///         Sums and the product are single operations that no compiler can fuse: same bits on
///         every machine.
/// Source: Sylvester 1867; for caches and weights Ashkboos et al. 2024, arXiv:2404.00456.
struct hadamard {
    static constexpr std::string_view name = "hadamard";

    [[nodiscard]] GRADUS_INLINE constexpr bool accepts(index_t n) const noexcept { return n > 0; }

    GRADUS_INLINE void apply(std::span<float> x) const noexcept {
        while (!x.empty()) {
            const index_t n = std::bit_floor(x.size());
            turn(x.first(n));
            x = x.subspan(n);
        }
    }

    GRADUS_INLINE void invert(std::span<float> x) const noexcept { apply(x); }

  private:
    GRADUS_INLINE static void turn(std::span<float> x) noexcept {
        for (index_t half = 1; half < x.size(); half *= 2) {
            for (index_t first = 0; first < x.size(); first += 2 * half) {
                float* low = x.data() + first;
                float* high = low + half;
                for (index_t i = 0; i < half; ++i) {
                    const float sum = low[i] + high[i];
                    high[i] = low[i] - high[i];
                    low[i] = sum;
                }
            }
        }
        const float norm = 1.0f / std::sqrt(static_cast<float>(x.size()));
        for (float& v : x) {
            v *= norm;
        }
    }
};

static_assert(rotation<hadamard>);

}  // namespace gradus

// SPDX-License-Identifier: MIT
// Hadamard transform behind random signs.
#pragma once

#include <gradus/core/random.hpp>
#include <gradus/rotation/hadamard.hpp>

namespace gradus {

/// x <- H D x, D the diagonal of signs that `seed` gives: spreads also what plain H would gather,
/// such as a vector of equal values.
///
/// Source: Tseng et al. 2024, arXiv:2402.04396.
struct randomized_hadamard {
    static constexpr std::string_view name = "randomized_hadamard";

    std::uint64_t seed = 1;

    [[nodiscard]] GRADUS_INLINE constexpr bool accepts(index_t n) const noexcept { return n > 0; }

    GRADUS_INLINE void apply(std::span<float> x) const noexcept {
        flip(x);
        hadamard{}.apply(x);
    }

    GRADUS_INLINE void invert(std::span<float> x) const noexcept {
        hadamard{}.invert(x);
        flip(x);
    }

  private:
    GRADUS_INLINE void flip(std::span<float> x) const noexcept {
        const random_key key = random_key::of(seed);
        for (index_t first = 0; first < x.size(); first += 64) {
            const std::uint64_t signs = key.bits(first / 64);
            for (index_t i = first; i < x.size() && i < first + 64; ++i) {
                if (((signs >> (i - first)) & 1u) != 0) { x[i] = -x[i]; }
            }
        }
    }
};

static_assert(rotation<randomized_hadamard>);

}  // namespace gradus

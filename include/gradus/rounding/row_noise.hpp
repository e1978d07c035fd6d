// SPDX-License-Identifier: MIT
// Uniform random numbers along a row, one a column, in 32-bit arithmetic that vectors have.
#pragma once

#include <gradus/core/random.hpp>
#include <gradus/core/real.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Draw number `column` is a hash of the row's key and the column; `next` draws for as many columns
/// as `Real` has lanes. Numbers are multiples of 2^-24 in [0, 1).
struct row_noise {
    std::uint32_t key;
    std::uint32_t salt;
    std::uint32_t column;

    [[nodiscard]] GRADUS_INLINE static row_noise
    of(std::uint64_t seed, std::uint64_t tensor, index_t row) noexcept {
        const std::uint64_t word = random_key::of(seed, tensor, row).word;
        return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32), 0};
    }

    template <class Real> [[nodiscard]] GRADUS_INLINE Real next() noexcept {
        using word = typename lanes_of<Real>::word;
        const word counter = lanes_of<Real>::counting_from(column);
        column += static_cast<std::uint32_t>(lanes_of<Real>::count);
        const word bits = mix32(mix32(counter + word(key)) ^ word(salt));
        return as_real<Real>(bits >> 8) * Real(0x1p-24f);
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// A full block of five trits a byte, unit by unit, straight into registers.
#pragma once

#include <gradus/kernels/block_units.hpp>
#include <gradus/packing/base3.hpp>
#include <gradus/simd/byte_dot.hpp>
#include <gradus/simd/trits.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Also as fractions of 256, each code being floor(3 f / 256): with f' = 3 f mod 256, which leads
/// to the next code of the byte, 256 code = 3 f - f'. So sums of codes are those of fractions, and
/// no code needs to be made: sum = (3 sum_f - sum_f') / 256.
template <> struct block_units<base3> {
    static constexpr bool direct = true;
    static constexpr bool unpacks_fast = false;
    static constexpr bool fractions = simd::dot_takes_any_byte;
    static constexpr index_t units = base3::block / 64;

    [[nodiscard]] static constexpr int raise() { return 0; }

    [[nodiscard]] static constexpr float raised(index_t) { return 1.0f; }

    simd::byte_register line[2][simd::parts];

    GRADUS_INLINE explicit block_units(const std::byte* block) {
        simd::unrolled<2>([&](index_t i) GRADUS_INLINE_LAMBDA {
            simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                line[i][p] = simd::load_bytes(block + 64 * i + simd::register_bytes * p);
            });
        });
    }

    /// f of unit U; After = 1: f'.
    template <index_t U, index_t After>
    [[nodiscard]] GRADUS_INLINE simd::byte_register fraction(index_t part) const {
        simd::byte_register f = line[U / 5][part];
        simd::unrolled<U % 5 + After>([&](index_t) GRADUS_INLINE_LAMBDA { f = simd::tripled(f); });
        return f;
    }

    template <index_t U, unit_form>
    [[nodiscard]] GRADUS_INLINE simd::byte_register unit(index_t part) const {
        return simd::trit<U % 5>(line[U / 5][part]);
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

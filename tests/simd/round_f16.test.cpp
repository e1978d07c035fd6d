// SPDX-License-Identifier: MIT
// Rounding to f16 in lanes: halves stay, ties and everything between as the scalar conversion.
#include <gradus/simd/round_f16.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>

using namespace gradus;

namespace {

/// Lanes of rounded_to_f16 that differ from the conversion there and back, for sixteen words.
index_t faults_of(std::uint32_t first, std::uint32_t step) {
    float values[simd::lanes];
    for (std::uint32_t i = 0; i < simd::lanes; ++i) {
        values[i] = std::bit_cast<float>(first + i * step);
    }
    float rounded_values[simd::lanes];
    simd::rounded_to_f16(simd::f32x16::load(values)).store(rounded_values);
    index_t faults = 0;
    for (index_t i = 0; i < simd::lanes; ++i) {
        const float expected = f16::from(values[i]).value();
        const bool same = std::bit_cast<std::uint32_t>(rounded_values[i]) ==
                          std::bit_cast<std::uint32_t>(expected);
        const bool both_nan = expected != expected && rounded_values[i] != rounded_values[i];
        faults += same || both_nan ? 0u : 1u;
    }
    return faults;
}

}  // namespace

TEST_CASE("floats at and beside every tie of a few binades, subnormals and overflow among them") {
    index_t faults = 0;
    for (const std::uint32_t sign : {0u, 0x80000000u}) {
        for (const std::uint32_t exponent : {0u, 60u, 101u, 102u, 103u, 104u, 112u, 113u, 114u,
                                             127u, 141u, 142u, 143u, 254u, 255u}) {
            for (std::uint32_t tie = 0; tie < 0x800000u; tie += 0x10000u) {
                const std::uint32_t word = sign | exponent << 23 | tie;
                faults += faults_of(word, 0x1000u);
                faults += faults_of(word + 1u, 0x1000u);
                faults += faults_of(word + 0xfffu, 0x1000u);
            }
        }
    }
    CHECK(faults == 0);
}

// SPDX-License-Identifier: MIT
// Sixteen halves to floats: every finite one, as the scalar conversion gives it.
#include <gradus/simd/widen_f16.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

using namespace gradus;

TEST_CASE("all halves but NaN are converted exactly, at any address") {
    index_t faults = 0;
    std::byte bytes[2 * simd::lanes + 1];
    for (std::uint32_t first = 0; first < 65536; first += simd::lanes) {
        for (std::uint32_t i = 0; i < simd::lanes; ++i) {
            const auto bits = static_cast<std::uint16_t>(first + i);
            std::memcpy(bytes + 1 + 2 * i, &bits, 2);
        }
        float values[simd::lanes];
        simd::load_f16(bytes + 1).store(values);
        for (std::uint32_t i = 0; i < simd::lanes; ++i) {
            const float expected = f16{static_cast<std::uint16_t>(first + i)}.value();
            const bool same =
                std::bit_cast<std::uint32_t>(values[i]) == std::bit_cast<std::uint32_t>(expected);
            const bool both_nan = expected != expected && values[i] != values[i];
            faults += same || both_nan ? 0u : 1u;
        }
    }
    CHECK(faults == 0);
}

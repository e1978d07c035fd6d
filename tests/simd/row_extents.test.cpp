// SPDX-License-Identifier: MIT
// Maxima of sixteen rows, signed and unsigned, against one by one.
#include <gradus/core/random.hpp>
#include <gradus/simd/row_extents.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace gradus;

namespace {

/// Lanes that are not the largest word of their row.
template <bool Signed> int faults() {
    constexpr std::uint32_t flip = Signed ? 0x80000000u : 0u;  // orders signed words as unsigned
    const auto key = random_key::of(7);
    std::uint32_t words[16][16];
    for (index_t r = 0; r < 16; ++r) {
        for (index_t c = 0; c < 16; ++c) {
            words[r][c] = static_cast<std::uint32_t>(key.bits(16 * r + c));
        }
    }
    simd::u32x16 four[4];
    for (index_t k = 0; k < 4; ++k) {
        const simd::u32x16 rows[4] = {
            simd::u32x16::load(words[k]), simd::u32x16::load(words[4 + k]),
            simd::u32x16::load(words[8 + k]), simd::u32x16::load(words[12 + k])};
        four[k] = simd::quarters<Signed>(rows);
    }
    std::uint32_t found[16];
    simd::largest<Signed>(four).store(found);
    int wrong = 0;
    for (index_t r = 0; r < 16; ++r) {
        std::uint32_t most = 0;
        for (const std::uint32_t word : words[r]) {
            most = std::max(most, word ^ flip);
        }
        wrong += found[r] != (most ^ flip);
    }
    return wrong;
}

}  // namespace

TEST_CASE("the largest words of sixteen rows") {
    CHECK(faults<true>() == 0);
    CHECK(faults<false>() == 0);
}

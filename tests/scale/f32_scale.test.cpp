// SPDX-License-Identifier: MIT
// Scales as floats: nothing is lost.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/scale/f32_scale.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <limits>

namespace {

using gradus::f32_scale;

static_assert(gradus::name_of<f32_scale>() == "f32");
static_assert(f32_scale{}.fit_row(3.0f) == 0);
static_assert(f32_scale{}.encode(1.0f, 0) == 0x3f800000u);
static_assert(f32_scale{}.decode(0xc0000000u, 0) == -2.0f);
static_assert(f32_scale::largest == std::numeric_limits<float>::max());

}  // namespace

TEST_CASE("every word comes back, those of infinities and of what is not a number too") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto key = gradus::random_key::of(gradus::test::seed(), 0x7363616c65u);
    int changed = 0;
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        const auto word = static_cast<std::uint32_t>(key.bits(i));
        // Passing a signalling NaN through a register may quieten it; no scale is one.
        const bool signalling = (word & 0x7fc00000u) == 0x7f800000u && (word & 0x003fffffu) != 0;
        changed += f32_scale{}.encode(f32_scale{}.decode(word, 0), 0) != word && !signalling;
    }
    CHECK(changed == 0);
    for (const std::uint32_t word : {0u, 0x80000000u, 1u, 0x7f7fffffu, 0x7f800000u, 0x7fc00000u}) {
        CHECK(f32_scale{}.encode(f32_scale{}.decode(word, 0), 0) == word);
    }
}

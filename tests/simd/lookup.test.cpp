// SPDX-License-Identifier: MIT
// Table lookup for every size of table.
#include "lane_values.hpp"

#include <gradus/simd/lanes.hpp>
#include <gradus/simd/lookup.hpp>

#include <doctest/doctest.h>

#include <memory>

namespace {

using gradus::index_t;
using namespace gradus::test;

/// A table on the heap, exactly as long as it says: a sanitizer sees a read beyond it.
template <int Size> int faults() {
    const auto table = std::make_unique<float[]>(Size);
    for (index_t c = 0; c < Size; ++c) {
        table[c] = 0.25f * static_cast<float>(c) - 7.0f;
    }
    table[Size - 1] = -0.0f;
    int wrong = 0;
    const auto check = [&](const word_lanes& index) {
        const float_lanes found =
            lanes_in(gradus::simd::lookup<Size>(table.get(), batch_of(index)));
        const float_lanes level = lanes_in(
            gradus::simd::level_at<gradus::simd::f32x16, Size>(table.get(), batch_of(index)));
        for (index_t i = 0; i < index.size(); ++i) {
            wrong += !same(found[i], table[index[i]]) || !same(level[i], table[index[i]]);
        }
    };
    for (std::uint32_t first = 0; first < Size; ++first) {  // every entry in every lane
        word_lanes index{};
        for (std::uint32_t i = 0; i < 16; ++i) {
            index[i] = (first + i) % Size;
        }
        check(index);
    }
    for (std::uint64_t n = 0; n < 100; ++n) {
        check(some_words(n, Size));
    }
    return wrong;
}

}  // namespace

TEST_CASE("each lane gets the entry of its index") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    CHECK(faults<2>() == 0);
    CHECK(faults<4>() == 0);
    CHECK(faults<8>() == 0);
    CHECK(faults<16>() == 0);
    CHECK(faults<32>() == 0);
    CHECK(faults<64>() == 0);
    CHECK(faults<128>() == 0);
    CHECK(faults<256>() == 0);
}

TEST_CASE("a table in a register gives the entry of the lowest four bits") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    int wrong = 0;
    for (std::uint64_t n = 0; n < 100; ++n) {
        const float_lanes table = some_floats(n, true);
        const word_lanes index = some_words(n, 0x7fffffffu);
        const float_lanes found =
            lanes_in(gradus::simd::looked_up(batch_of(table), batch_of(index)));
        for (index_t i = 0; i < index.size(); ++i) {
            wrong += !same(found[i], table[index[i] % 16]);
        }
    }
    CHECK(wrong == 0);
}

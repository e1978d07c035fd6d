// SPDX-License-Identifier: MIT
// Keys and values of a block of floats have places of their own, in the order they are read in.
#include <gradus/kernels/float_block.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using gradus::float_block;
using gradus::index_t;

}  // namespace

TEST_CASE("every channel of every key and value of a head has a place of its own, and no more") {
    constexpr index_t capacity = 160;  // a whole block and a short one
    for (const index_t width : {index_t{1}, index_t{16}, index_t{20}, index_t{80}, index_t{128}}) {
        const index_t token_size = float_block{width, 0}.token_size();
        std::vector<int> taken(capacity * token_size);
        for (index_t t = 0; t < capacity; ++t) {
            const index_t token = t % float_block::most;
            const float_block place = float_block::at(t - token, capacity, width);
            const index_t block = (t - token) * token_size;
            for (index_t d = 0; d < width; ++d) {
                ++taken.at(block + place.key(token) + d * float_block::tile);
            }
            for (index_t d = 0; d < place.value_width(); ++d) {
                const index_t slab = d / float_block::slab * float_block::slab;
                ++taken.at(block + place.value(token, slab) + d - slab);
            }
        }
        CAPTURE(width);
        CHECK(taken == std::vector<int>(capacity * token_size, 1));
    }
}

TEST_CASE("sixteen tokens of a channel, and sixteen channels of a token, are neighbours") {
    const float_block place{80, 96};
    for (index_t t = 1; t < place.tokens; ++t) {
        if (t % 16 != 0) { CHECK(place.key(t) == place.key(t - 1) + 1); }
    }
    CHECK(place.slab_width(0) == 64);
    CHECK(place.slab_width(64) == 16);
    CHECK(float_block::whole_tiles(33) == 64);
    CHECK(float_block::whole_tiles(64) == 64);
}

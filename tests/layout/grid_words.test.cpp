// SPDX-License-Identifier: MIT
// Scales and zero points of a tile: bytes and back, for every width and height.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/layout/grid_words.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace {

using namespace gradus;

/// Writes grids of `height` rows, reads them again, and reads the zero points bit by bit.
template <class L> int round_trip_faults(index_t height, std::uint64_t stream) {
    using G = geometry<L>;
    constexpr bool zeros = has_zero_point<typename L::mapping_type>;
    constexpr auto bits = static_cast<index_t>(L::mapping_type::bits);
    const auto key = random_key::of(test::seed(), 0x67726964u, 100 * stream + height);
    tile_grid<L> grid;
    std::uint32_t words[16] = {};
    const typename L::scale_type format;
    for (index_t r = 0; r < height; ++r) {
        words[r] = format.fit_row(static_cast<float>(1 + r));
        const auto wanted = static_cast<float>(4 * key.uniform(2 * r) - 2);
        grid.scale[r] = format.decode(format.encode(wanted, words[r]), words[r]);
        grid.zero[r] = zeros ? static_cast<code_t>(key.below(1u << bits, 2 * r + 1)) : code_t{0};
    }
    const index_t size = height * G::scale_bytes + G::zero_bytes(height);
    constexpr std::byte untouched{0xa5};
    std::vector<std::byte> bytes(size + 1, untouched);
    grid_words::write(grid, words, height, bytes.data());
    int faults = bytes[size] != untouched;

    tile_grid<L> back;
    grid_words::read(bytes.data(), words, height, back);
    for (index_t r = 0; r < 16; ++r) {
        faults += r < height ? back.scale[r] != grid.scale[r] : back.scale[r] != 0.0f;
        faults += back.zero[r] != grid.zero[r];
    }
    const std::byte* stored = bytes.data() + height * G::scale_bytes;
    const auto bit = [&](index_t at) {
        return static_cast<unsigned>(stored[at / 8] >> (at % 8)) & 1u;
    };
    for (index_t at = 0; zeros && at < 8 * G::zero_bytes(height); ++at) {
        const unsigned expected =
            at / bits < height ? (static_cast<unsigned>(grid.zero[at / bits]) >> (at % bits)) & 1u
                               : 0u;  // what is left of the last byte
        faults += bit(at) != expected;
    }
    return faults;
}

template <class L> int faults_of_all_heights() {
    int faults = 0;
    for (index_t height = 1; height <= 16; ++height) {
        for (std::uint64_t stream = 0; stream < 20; ++stream) {
            faults += round_trip_faults<L>(height, stream);
        }
    }
    return faults;
}

template <int... Bits> int faults_of_widths(std::integer_sequence<int, Bits...>) {
    return (faults_of_all_heights<layout<uniform_asymmetric<Bits + 1>>>() + ...) +
           (faults_of_all_heights<layout<uniform_asymmetric<Bits + 1>, group<8>, log8_scale>>() +
            ...);
}

}  // namespace

TEST_CASE("zero points of every width, for every height of a tile, are a plain bit stream") {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(faults_of_widths(std::make_integer_sequence<int, 8>{}) == 0);
}

TEST_CASE_TEMPLATE(
    "scales of every format come back", S, f16_scale, bf16_scale, f32_scale, log8_scale) {
    CHECK(faults_of_all_heights<layout<uniform_symmetric<4>, group<8>, S>>() == 0);
}

TEST_CASE("words are little-endian") {
    std::byte bytes[4] = {};
    grid_words::store(bytes, 0x04030201u, 4);
    CHECK(bytes[0] == std::byte{1});
    CHECK(bytes[3] == std::byte{4});
    CHECK(grid_words::load(bytes, 2) == 0x0201u);
    CHECK(grid_words::load(bytes, 0) == 0u);
}

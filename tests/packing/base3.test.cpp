// SPDX-License-Identifier: MIT
// Five ternary codes a byte: every byte, every length, an example by hand.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/packing/base3.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace {

using gradus::base3;
using gradus::code_t;
using gradus::index_t;

static_assert(gradus::name_of<base3>() == "base3");
static_assert(base3::bytes(0) == 0 && base3::bytes(1) == 1 && base3::bytes(5) == 1);
static_assert(base3::bytes(6) == 2 && base3::bytes(320) == 64 && base3::bytes(321) == 65);

// 2 1 0 2 1: v = 2*81 + 1*27 + 0*9 + 2*3 + 1 = 196, ceil(256 * 196 / 243) = ceil(206.49) = 207.
constexpr std::array<code_t, 5> example{2, 1, 0, 2, 1};
static_assert([] {
    std::array<std::byte, 1> byte{};
    base3::pack(example, byte);
    std::array<code_t, 5> codes{};
    base3::unpack(byte, codes);
    return byte[0] == std::byte{207} && codes == example;
}());

std::vector<code_t> random_codes(index_t n) {
    const auto key = gradus::random_key::of(gradus::test::seed(), 0x626173653u, n);
    std::vector<code_t> codes(n);
    for (index_t i = 0; i < n; ++i) {
        codes[i] = static_cast<code_t>(key.below(3, i));
    }
    return codes;
}

}  // namespace

TEST_CASE("all 243 bytes hold their five digits, in the fixed-point form of the docstring") {
    for (unsigned v = 0; v < 243; ++v) {
        const std::array<code_t, 5> digits{
            static_cast<code_t>(v / 81), static_cast<code_t>(v / 27 % 3),
            static_cast<code_t>(v / 9 % 3), static_cast<code_t>(v / 3 % 3),
            static_cast<code_t>(v % 3)};
        std::array<std::byte, 1> byte{};
        base3::pack(digits, byte);
        const auto stored = static_cast<unsigned>(byte[0]);
        // The least multiple of 1/256 that is not below v / 243.
        CHECK(243 * stored >= 256 * v);
        CHECK((stored == 0 || 243 * (stored - 1) < 256 * v));
        std::array<code_t, 5> again{};
        base3::unpack(byte, again);
        CHECK(again == digits);
    }
}

TEST_CASE("codes of every length come back") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    int lost = 0;
    for (index_t n = 0; n <= 700; ++n) {
        const std::vector<code_t> codes = random_codes(n);
        std::vector<std::byte> bytes(base3::bytes(n) + 1, std::byte{0xa5});
        base3::pack(codes, std::span{bytes}.first(base3::bytes(n)));
        std::vector<code_t> again(n + 1, 0x5a);
        base3::unpack(std::span{bytes}.first(base3::bytes(n)), std::span{again}.first(n));
        lost += bytes.back() != std::byte{0xa5} || again.back() != 0x5a;  // nothing beyond the ends
        again.pop_back();
        lost += again != codes;
    }
    CHECK(lost == 0);
}

TEST_CASE("no length takes a byte more than five codes a byte allow") {
    for (index_t n = 0; n <= 2000; ++n) {
        const index_t needed = n % 5 == 0 ? n / 5 : n / 5 + 1;
        REQUIRE(base3::bytes(n) == needed);
    }
}

TEST_CASE("code i of a line is digit i / L of byte i mod L") {
    constexpr index_t n = 12;  // L = 3: byte b holds codes b, b + 3, b + 6, b + 9 and a zero
    for (index_t marked = 0; marked < n; ++marked) {
        std::array<code_t, n> codes{};
        codes[marked] = 1;
        std::array<std::byte, 3> bytes{};
        base3::pack(codes, bytes);
        constexpr unsigned weight[5] = {81, 27, 9, 3, 1};
        for (index_t b = 0; b < 3; ++b) {
            const unsigned v = b == marked % 3 ? weight[marked / 3] : 0;
            CHECK(static_cast<unsigned>(bytes[b]) == (256 * v + 242) / 243);
        }
    }
}

TEST_CASE("arbitrary bytes decode to valid codes") {
    for (unsigned value = 0; value < 256; ++value) {
        std::vector<std::byte> bytes(base3::bytes(331), static_cast<std::byte>(value));
        std::vector<code_t> codes(331, 255);
        base3::unpack(bytes, codes);
        for (const code_t c : codes) {
            REQUIRE(c < 3);
        }
    }
}

// SPDX-License-Identifier: MIT
// Bit planes: every width and length, examples by hand, the place of each single code.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/packing/bit_planes.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace {

using gradus::bit_planes;
using gradus::code_t;
using gradus::index_t;

static_assert(gradus::name_of<bit_planes<3>>() == "planes3");

/// A packing behind plain functions, so that the properties are compiled once.
struct packer {
    int bits;
    index_t (*bytes)(index_t);
    void (*pack)(std::span<const code_t>, std::span<std::byte>);
    void (*unpack)(std::span<const std::byte>, std::span<code_t>);
};

template <int W> packer packer_of() {
    return {
        W, [](index_t n) { return bit_planes<W>::bytes(n); },
        [](std::span<const code_t> in, std::span<std::byte> out) { bit_planes<W>::pack(in, out); },
        [](std::span<const std::byte> in, std::span<code_t> out) {
            bit_planes<W>::unpack(in, out);
        }};
}

const std::array<packer, 8> widths{packer_of<1>(), packer_of<2>(), packer_of<3>(), packer_of<4>(),
                                   packer_of<5>(), packer_of<6>(), packer_of<7>(), packer_of<8>()};

std::vector<code_t> random_codes(index_t n, int bits) {
    const auto key = gradus::random_key::of(gradus::test::seed(), n, static_cast<unsigned>(bits));
    std::vector<code_t> codes(n);
    for (index_t i = 0; i < n; ++i) {
        codes[i] = static_cast<code_t>(key.below(std::uint64_t{1} << bits, i));
    }
    return codes;
}

std::vector<unsigned> packed(const packer& p, const std::vector<code_t>& codes) {
    std::vector<std::byte> bytes(p.bytes(codes.size()), std::byte{0xff});  // must be overwritten
    p.pack(codes, bytes);
    std::vector<unsigned> numbers;
    for (const std::byte b : bytes) {
        numbers.push_back(static_cast<unsigned>(b));
    }
    return numbers;
}

}  // namespace

TEST_CASE("codes of every width and length come back") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    for (const packer& p : widths) {
        int lost = 0;
        for (index_t n = 0; n <= 700; ++n) {
            const std::vector<code_t> codes = random_codes(n, p.bits);
            const index_t size = p.bytes(n);
            std::vector<std::byte> bytes(size + 1, std::byte{0xa5});
            p.pack(codes, std::span{bytes}.first(size));
            std::vector<code_t> again(n + 1, 0x5a);
            p.unpack(std::span{bytes}.first(size), std::span{again}.first(n));
            lost += bytes.back() != std::byte{0xa5} || again.back() != 0x5a;
            again.pop_back();
            lost += again != codes;
        }
        INFO("width ", p.bits);
        CHECK(lost == 0);
    }
}

TEST_CASE("each plane is rounded up to whole bytes, and nothing else is added") {
    for (const packer& p : widths) {
        for (index_t n = 0; n <= 2000; ++n) {
            index_t expected = 0;
            for (const int width : {8, 4, 2, 1}) {
                if ((p.bits & width) == 0) { continue; }
                const index_t total = n * static_cast<index_t>(width);
                expected += total / 8 + (total % 8 == 0 ? 0 : 1);
            }
            REQUIRE(p.bytes(n) == expected);
        }
        CHECK(p.bytes(512) == 64 * static_cast<index_t>(p.bits));
    }
}

TEST_CASE("three bits by hand") {
    // Ten codes. Low two bits, L = ceil(20 / 8) = 3: byte b holds codes b, b + 3, b + 6, b + 9.
    //   codes   5 2 7 | 1 0 6 | 3 4 2 | 5        low bits  1 2 3 | 1 0 2 | 3 0 2 | 1
    //   byte 0  1 + 1*4 + 3*16 + 1*64 = 117;  byte 1  2 + 0 + 0 = 2;  byte 2  3 + 2*4 + 2*16 = 43
    // High bits 1 0 1 0 0 1 0 1 0 1, L = 2: byte 0 holds codes 0 2 4 6 8: 1 + 2 = 3, byte 1 codes
    // 1 3 5 7 9: 4 + 8 + 16 = 28.
    const std::vector<code_t> codes{5, 2, 7, 1, 0, 6, 3, 4, 2, 5};
    CHECK(packed(widths[2], codes) == std::vector<unsigned>{117, 2, 43, 3, 28});
}

TEST_CASE("one, two, four and eight bits by hand") {
    CHECK(packed(widths[0], {1, 0, 0, 1, 1, 0, 0, 0, 1}) == std::vector<unsigned>{1 + 4 + 16, 2});
    CHECK(packed(widths[1], {3, 0, 1, 2}) == std::vector<unsigned>{3 + 16 + 128});
    CHECK(packed(widths[3], {9, 4, 7}) == std::vector<unsigned>{9 + 7 * 16, 4});
    CHECK(packed(widths[7], {200, 0, 255}) == std::vector<unsigned>{200, 0, 255});
}

TEST_CASE("in a full line of two bits, code i is in byte i mod 64 at bit 2 (i / 64)") {
    for (index_t i = 0; i < 256; ++i) {
        std::vector<code_t> codes(300, 0);  // a full line, and 44 codes in eleven bytes
        codes[i] = 3;
        const std::vector<unsigned> bytes = packed(widths[1], codes);
        REQUIRE(bytes.size() == 75);
        for (index_t b = 0; b < bytes.size(); ++b) {
            REQUIRE(bytes[b] == (b == i % 64 ? 3u << (2 * (i / 64)) : 0u));
        }
    }
}

TEST_CASE("planes follow one another, widest first, with the low bits in front") {
    for (const packer& p : widths) {
        for (int bit = 0; bit < p.bits; ++bit) {
            std::vector<code_t> codes(512, 0);
            codes[0] = static_cast<code_t>(1u << bit);
            index_t start = 0;  // of the plane that holds `bit`
            int shift = 0;
            for (const int width : {8, 4, 2, 1}) {
                if ((p.bits & width) == 0) { continue; }
                if (bit < shift + width) { break; }
                shift += width;
                start += 64 * static_cast<index_t>(width);
            }
            const std::vector<unsigned> bytes = packed(p, codes);
            for (index_t b = 0; b < bytes.size(); ++b) {
                REQUIRE(bytes[b] == (b == start ? 1u << (bit - shift) : 0u));
            }
        }
    }
}

TEST_CASE("arbitrary bytes decode to codes of their width") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto key = gradus::random_key::of(gradus::test::seed(), 0x6279746573u);
    for (const packer& p : widths) {
        for (const index_t n : {1u, 7u, 63u, 64u, 65u, 300u, 512u, 700u}) {
            std::vector<std::byte> bytes(p.bytes(n));
            for (index_t i = 0; i < bytes.size(); ++i) {
                bytes[i] = static_cast<std::byte>(key.below(256, i));
            }
            std::vector<code_t> codes(n, 255);
            p.unpack(bytes, codes);
            for (const code_t c : codes) {
                REQUIRE(static_cast<int>(c) < 1 << p.bits);
            }
        }
    }
}

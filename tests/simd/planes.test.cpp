// SPDX-License-Identifier: MIT
// Whole lines of packed codes: the bytes are those of the packings.
#include "lane_values.hpp"

#include <gradus/packing/base3.hpp>
#include <gradus/packing/bit_planes.hpp>
#include <gradus/simd/planes.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace {

using gradus::code_t;
using gradus::index_t;

std::vector<code_t> random_codes(index_t n, unsigned kinds, std::uint64_t stream) {
    const auto key = gradus::random_key::of(gradus::test::seed(), 0x706c616e65u, stream);
    std::vector<code_t> codes(n);
    for (index_t i = 0; i < n; ++i) {
        codes[i] = static_cast<code_t>(key.below(kinds, i));
    }
    return codes;
}

/// A line of width W among other bits of the codes: `shift` low bits below it stay untouched.
template <int W> int line_faults() {
    int faults = 0;
    constexpr index_t codes_in_line = 64 * 8 / W;
    for (int shift = 0; shift + W <= 8; ++shift) {
        const std::vector<code_t> codes =
            random_codes(codes_in_line, 1u << W, static_cast<unsigned>(shift));
        std::array<std::byte, 64> expected{};
        gradus::bit_planes<W>::pack(codes, expected);

        std::vector<code_t> raised(codes);
        const auto noise = random_codes(codes_in_line, 256, 77);
        constexpr unsigned field = (1u << W) - 1u;
        for (index_t i = 0; i < codes.size(); ++i) {  // anything around the field is ignored
            raised[i] = static_cast<code_t>((noise[i] & ~(field << shift)) |
                                            static_cast<unsigned>(codes[i] << shift));
        }
        std::array<std::byte, 64> line{};
        gradus::simd::pack_line<W>(raised.data(), shift, line.data());
        faults += line != expected;

        const auto low = random_codes(codes_in_line, 1u << shift, 78);
        std::vector<code_t> sum(low);
        gradus::simd::unpack_line<W>(line.data(), shift, sum.data());
        for (index_t i = 0; i < codes.size(); ++i) {
            faults += sum[i] != (low[i] | (codes[i] << shift));
        }
    }
    return faults;
}

}  // namespace

TEST_CASE("lines of one, two and four bits hold what the packing puts there") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    CHECK(line_faults<1>() == 0);
    CHECK(line_faults<2>() == 0);
    CHECK(line_faults<4>() == 0);
}

TEST_CASE("a line of trits decodes as the packing does, whatever its bytes") {
    INFO("GRADUS_SEED=", gradus::test::seed());
    for (std::uint64_t n = 0; n < 40; ++n) {
        const std::vector<code_t> codes = random_codes(320, 3, n);
        std::vector<std::byte> line(64);
        gradus::base3::pack(codes, line);
        std::vector<code_t> found(320, 255);
        gradus::simd::unpack_trits(line.data(), found.data());
        CHECK(found == codes);

        const std::vector<code_t> arbitrary = random_codes(64, 256, 100 + n);
        for (index_t i = 0; i < line.size(); ++i) {
            line[i] = static_cast<std::byte>(arbitrary[i]);
        }
        std::vector<code_t> expected(320);
        gradus::base3::unpack(line, expected);
        gradus::simd::unpack_trits(line.data(), found.data());
        CHECK(found == expected);
    }
}

TEST_CASE("lines of trits: every byte that five can make") {
    for (index_t first = 0; first < 243; first += 60) {
        std::vector<code_t> codes(gradus::base3::line);
        for (index_t b = 0; b < 64; ++b) {
            index_t v = (first + b) % 243;
            for (index_t digit = 5; digit-- > 0; v /= 3) {
                codes[64 * digit + b] = static_cast<code_t>(v % 3);
            }
        }
        std::array<std::byte, 64> expected{};
        gradus::base3::pack(codes, expected);
        std::array<std::byte, 64> line{};
        gradus::simd::pack_trits(codes.data(), line.data());
        CHECK(line == expected);
    }
}

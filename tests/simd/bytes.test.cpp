// SPDX-License-Identifier: MIT
// Registers of bytes: every byte value, against arithmetic on it alone.
#include <gradus/packing/base3.hpp>
#include <gradus/simd/bits_of.hpp>
#include <gradus/simd/byte_dot.hpp>
#include <gradus/simd/signed_values.hpp>
#include <gradus/simd/trits.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace gradus;

namespace {

/// All bytes, in registers, through `f`; calls check(byte, result).
template <class F, class Check> void for_all_bytes(F&& f, Check&& check) {
    for (index_t first = 0; first < 256; first += simd::register_bytes) {
        alignas(64) code_t bytes[simd::register_bytes];
        for (index_t i = 0; i < simd::register_bytes; ++i) {
            bytes[i] = static_cast<code_t>(first + i);
        }
        alignas(64) code_t results[simd::register_bytes];
        simd::store_bytes(results, f(simd::load_bytes(bytes)));
        for (index_t i = 0; i < simd::register_bytes; ++i) {
            check(static_cast<int>(first + i), static_cast<int>(results[i]));
        }
    }
}

template <simd::bit_places Places> void check_places() {
    if constexpr (simd::moves_bits && Places.count > 0) {
        int wrong = 0;
        for_all_bytes([](simd::byte_register v) { return simd::bits_of<Places>(v); },
                      [&](int byte, int result) {
                          int expected = 0;
                          for (int i = 0; i < Places.count; ++i) {
                              expected |= (byte >> Places.place[i] & 1) << i;
                          }
                          wrong += result == expected ? 0 : 1;
                      });
        CHECK(wrong == 0);
    } else {
        MESSAGE("skipped: no GFNI here");
    }
}

}  // namespace

TEST_CASE("byte_difference wraps around") {
    for (const int from : {0, 1, 8, 127, 128, 255}) {
        int wrong = 0;
        for_all_bytes(
            [&](simd::byte_register v) {
                return simd::byte_difference(v, simd::every_byte(static_cast<code_t>(from)));
            },
            [&](int byte, int result) { wrong += result == ((byte - from) & 255) ? 0 : 1; });
        CHECK(wrong == 0);
    }
}

TEST_CASE("signed_values and values_from count from zero") {
    std::array<code_t, 256> all;
    for (index_t i = 0; i < all.size(); ++i) {
        all[i] = static_cast<code_t>(i);
    }
    for (index_t first = 0; first < all.size(); first += simd::lanes) {
        float near[simd::lanes];
        float far[simd::lanes];
        simd::signed_values(&all[first]).store(near);
        simd::values_from(simd::load_codes(&all[first]), 77).store(far);
        for (index_t i = 0; i < simd::lanes; ++i) {
            const int code = static_cast<int>(first + i);
            CHECK(static_cast<int>(near[i]) == (code < 128 ? code : code - 256));
            CHECK(static_cast<int>(far[i]) == code - 77);
        }
    }
}

TEST_CASE("a byte of five trits: fractions and what follows them") {
    for (unsigned n = 0; n < 243; ++n) {
        const std::array<code_t, 5> trits{
            static_cast<code_t>(n / 81), static_cast<code_t>(n / 27 % 3),
            static_cast<code_t>(n / 9 % 3), static_cast<code_t>(n / 3 % 3),
            static_cast<code_t>(n % 3)};
        std::array<std::byte, 1> packed;
        base3::pack(trits, packed);
        auto f = simd::every_byte(static_cast<code_t>(packed[0]));
        for (const code_t trit : trits) {
            const auto after = simd::tripled(f);
            code_t here[simd::register_bytes];
            code_t next[simd::register_bytes];
            simd::store_bytes(here, f);
            simd::store_bytes(next, after);
            CHECK(3 * here[0] - next[0] == 256 * trit);
            simd::store_bytes(here, simd::fraction_of_trit(simd::every_byte(trit)));
            CHECK(3 * here[0] - 2 * trit == 256 * trit);
            f = after;
        }
    }
}

TEST_CASE("sums of fractions become sums of trits") {
    for (const int sum : {-16256, -1, 0, 1, 4711}) {
        const auto thirds = simd::sum_from(sum * 86);
        const auto after = simd::sum_from(sum * 2);
        float found[simd::lanes];
        simd::f32x16 r(0.0f);
        simd::each_part(
            [&](index_t p) { r.part[p] = simd::as_floats(simd::whole_of_thirds(thirds, after)); });
        r.store(found);
        CHECK(static_cast<int>(found[0]) == sum);
        CHECK(static_cast<int>(found[simd::lanes - 1]) == sum);
    }
}

TEST_CASE("bits_of puts any bits in any order") {
    check_places<simd::bit_places{5, {3, 7, 0, 0, 4}}>();
    check_places<simd::bit_places{8, {7, 6, 5, 4, 3, 2, 1, 0}}>();
}

TEST_CASE("load_first_bytes reads no further") {
    const std::vector<code_t> bytes(simd::register_bytes, 9);
    for (index_t count = 0; count <= simd::register_bytes; ++count) {
        code_t loaded[simd::register_bytes];
        simd::store_bytes(loaded, simd::load_first_bytes(bytes.data(), count));
        int wrong = 0;
        for (index_t i = 0; i < simd::register_bytes; ++i) {
            wrong += loaded[i] == (i < count ? 9 : 0) ? 0 : 1;
        }
        CHECK(wrong == 0);
    }
}

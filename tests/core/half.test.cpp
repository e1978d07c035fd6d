// SPDX-License-Identifier: MIT
// f16 and bf16 against a table of all their values, over all bit patterns.
#include "seed.hpp"

#include <gradus/core/half.hpp>
#include <gradus/core/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

namespace {

using gradus::bf16;
using gradus::f16;

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr unsigned patterns = 65536;

/// What the standard says of a format: the value of a pattern is written down again, from the
/// definition and in f64, so that the library is compared with the definition.
template <class Half> struct format;

template <> struct format<f16> {
    static constexpr int mantissa_bits = 10;
    static constexpr int bias = 15;
    static constexpr unsigned infinity = 0x7c00;
};

template <> struct format<bf16> {
    static constexpr int mantissa_bits = 7;
    static constexpr int bias = 127;
    static constexpr unsigned infinity = 0x7f80;
};

template <class Half> double defined_value(unsigned pattern) {
    using definition = format<Half>;
    const unsigned magnitude = pattern & 0x7fffu;
    const int exponent = static_cast<int>(magnitude >> definition::mantissa_bits);
    const double fraction = magnitude & ((1u << definition::mantissa_bits) - 1);
    const double size = exponent == 0
                          ? std::ldexp(fraction, 1 - definition::bias - definition::mantissa_bits)
                          : std::ldexp(fraction + (1 << definition::mantissa_bits),
                                       exponent - definition::bias - definition::mantissa_bits);
    return (pattern & 0x8000u) != 0 ? -size : size;
}

/// The positive finite values in ascending order, then the first power of two that does not fit:
/// for rounding, infinity stands there (IEEE 754, 4.3.1). The index is the bit pattern.
template <class Half> const std::vector<double>& grid() {
    static const std::vector<double> values = [] {
        std::vector<double> v;
        v.reserve(format<Half>::infinity + 1);
        for (unsigned p = 0; p < format<Half>::infinity; ++p) {
            v.push_back(defined_value<Half>(p));
        }
        const double ulp = v[v.size() - 1] - v[v.size() - 2];
        v.push_back(v.back() + ulp);
        return v;
    }();
    return values;
}

/// Brute force: the nearer neighbour; of two equally near ones, that with the even pattern.
template <class Half> unsigned nearest_even(float x) {
    const unsigned sign = std::signbit(x) ? 0x8000u : 0u;
    const double size = std::fabs(static_cast<double>(x));
    const auto& g = grid<Half>();
    if (size >= g.back()) { return sign | format<Half>::infinity; }
    const auto above = std::upper_bound(g.begin(), g.end(), size);
    const auto hi = static_cast<unsigned>(above - g.begin());
    const unsigned lo = hi - 1;
    const double down = size - g[lo];
    const double up = g[hi] - size;
    if (down != up) { return sign | (down < up ? lo : hi); }
    return sign | (lo % 2 == 0 ? lo : hi);
}

/// Counts disagreements and keeps the first, as a CHECK for each of millions would take minutes.
template <class Half> struct comparison {
    long wrong = 0;
    float first = 0;

    void at(float x) {
        for (const float v : {x, -x}) {
            if (Half::from(v).bits != nearest_even<Half>(v)) {
                if (wrong == 0) { first = v; }
                ++wrong;
            }
        }
    }

    void report() const {
        INFO("first at ", static_cast<double>(first), ": ", Half::from(first).bits, " is not ",
             nearest_even<Half>(first));
        CHECK(wrong == 0);
    }
};

bool same_bits(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

template <class Half> bool is_nan_pattern(unsigned p) {
    return (p & 0x7fffu) > format<Half>::infinity;
}

static_assert(sizeof(f16) == 2 && sizeof(bf16) == 2);
static_assert(std::is_trivially_copyable_v<f16> && std::is_trivially_copyable_v<bf16>);
static_assert(f16::from(1.0f).bits == 0x3c00 && bf16::from(1.0f).bits == 0x3f80);
static_assert(f16{0x7bff}.value() == 65504.0f);

}  // namespace

TEST_CASE_TEMPLATE("every pattern has the value that the format defines", H, f16, bf16) {
    long wrong = 0;
    for (unsigned p = 0; p < patterns; ++p) {
        const float value = H{static_cast<std::uint16_t>(p)}.value();
        const unsigned magnitude = p & 0x7fffu;
        bool right = std::signbit(value) == ((p & 0x8000u) != 0);
        if (is_nan_pattern<H>(p)) {
            right = right && std::isnan(value);
        } else if (magnitude == format<H>::infinity) {
            right = right && std::isinf(value);
        } else {
            right = right && static_cast<double>(value) == defined_value<H>(p);
        }
        wrong += right ? 0 : 1;
    }
    CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("encoding a decoded pattern gives the pattern back", H, f16, bf16) {
    long wrong = 0;
    for (unsigned p = 0; p < patterns; ++p) {
        const H half{static_cast<std::uint16_t>(p)};
        const unsigned back = H::from(half.value()).bits;
        const bool right = is_nan_pattern<H>(p)
                             ? is_nan_pattern<H>(back) && (back & 0x8000u) == (p & 0x8000u)
                             : back == p;
        wrong += right ? 0 : 1;
    }
    CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("rounding is to nearest even at every value, tie and next neighbour",
                   H,
                   f16,
                   bf16) {
    comparison<H> compare;
    const auto& g = grid<H>();
    for (std::size_t p = 0; p + 1 < g.size(); ++p) {
        const auto value = static_cast<float>(g[p]);
        // Exact: both formats have far fewer mantissa bits than f32. (Below the smallest f32, bf16
        // has none: its subnormals are f32's with the lower half of the mantissa cut.)
        const auto tie = static_cast<float>((g[p] + g[p + 1]) / 2);
        for (const float x : {value, tie}) {
            compare.at(x);
            compare.at(std::nextafter(x, 0.0f));
            compare.at(std::nextafter(x, inf));
        }
    }
    compare.report();
}

TEST_CASE_TEMPLATE("rounding is to nearest even for random floats of all exponents", H, f16, bf16) {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto key = gradus::random_key::of(gradus::test::seed(), 1);
    comparison<H> compare;
    for (std::uint64_t i = 0; i < 300'000; ++i) {
        const auto bits = static_cast<std::uint32_t>(key.bits(i));
        const auto x = std::bit_cast<float>(bits);
        if (!std::isnan(x)) { compare.at(x); }
        // Uniform patterns rarely meet the narrow range of f16: bring half of them there.
        const std::uint32_t exponent = 100 + (bits >> 24) % 45;
        compare.at(std::bit_cast<float>((bits & 0x007fffffu) | (exponent << 23)));
    }
    compare.report();
}

TEST_CASE_TEMPLATE("encoding is monotone", H, f16, bf16) {
    INFO("GRADUS_SEED=", gradus::test::seed());
    const auto key = gradus::random_key::of(gradus::test::seed(), 2);
    long wrong = 0;
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        const auto a = std::bit_cast<float>(static_cast<std::uint32_t>(key.bits(2 * i)));
        const auto b = std::bit_cast<float>(static_cast<std::uint32_t>(key.bits(2 * i + 1)));
        if (std::isnan(a) || std::isnan(b)) { continue; }
        wrong += H::from(std::min(a, b)).value() <= H::from(std::max(a, b)).value() ? 0 : 1;
    }
    CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("NaN stays NaN with its sign, whatever its payload", H, f16, bf16) {
    const auto key = gradus::random_key::of(gradus::test::seed(), 3);
    long wrong = 0;
    for (std::uint32_t i = 0; i < 23 + 1000; ++i) {
        // Each payload bit alone (the lowest are those that truncation loses), then random ones.
        const std::uint32_t random = static_cast<std::uint32_t>(key.bits(i)) & 0x007fffffu;
        const std::uint32_t payload = i < 23 ? 1u << i : random | 1u;
        for (const std::uint32_t sign : {0u, 0x80000000u}) {
            const auto x = std::bit_cast<float>(sign | 0x7f800000u | payload);
            const unsigned p = H::from(x).bits;
            wrong += is_nan_pattern<H>(p) && (p & 0x8000u) == sign >> 16 ? 0 : 1;
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("the edges of f16, by hand") {
    CHECK(f16::from(0.0f).bits == 0x0000);
    CHECK(f16::from(-0.0f).bits == 0x8000);
    CHECK(f16::from(65504.0f).bits == 0x7bff);
    CHECK(f16::from(65519.996f).bits == 0x7bff);
    CHECK(f16::from(65520.0f).bits == 0x7c00);  // a tie, and 0x7bff is odd
    CHECK(f16::from(-1e30f).bits == 0xfc00);
    CHECK(f16::from(inf).bits == 0x7c00);
    CHECK(f16::from(0x1p-14f).bits == 0x0400);         // smallest normal
    CHECK(f16::from(0x1.ff8p-15f).bits == 0x03ff);     // largest subnormal
    CHECK(f16::from(0x1.ffcp-15f).bits == 0x0400);     // a tie between the two
    CHECK(f16::from(0x1p-24f).bits == 0x0001);         // smallest subnormal
    CHECK(f16::from(0x1p-25f).bits == 0x0000);         // half of it: a tie, to even
    CHECK(f16::from(0x1.000002p-25f).bits == 0x0001);  // a little more
    CHECK(f16::from(0x1.8p-24f).bits == 0x0002);       // a tie, away from the odd one
    CHECK(f16::from(std::numeric_limits<float>::denorm_min()).bits == 0x0000);
}

TEST_CASE("the edges of bf16, by hand") {
    CHECK(bf16::from(0.0f).bits == 0x0000);
    CHECK(bf16::from(-0.0f).bits == 0x8000);
    CHECK(bf16::from(0x1.fep127f).bits == 0x7f7f);  // largest finite
    CHECK(bf16::from(0x1.fefffep127f).bits == 0x7f7f);
    CHECK(bf16::from(0x1.ffp127f).bits == 0x7f80);  // a tie, and 0x7f7f is odd
    CHECK(bf16::from(std::numeric_limits<float>::max()).bits == 0x7f80);
    CHECK(bf16::from(-inf).bits == 0xff80);
    CHECK(bf16::from(1.00390625f).bits == 0x3f80);  // 1 + 2^-8: a tie, to even
    CHECK(bf16::from(1.01171875f).bits == 0x3f82);  // 1 + 3 * 2^-8: a tie, to even
    CHECK(bf16::from(std::bit_cast<float>(0x00008000u)).bits == 0x0000);  // a subnormal tie
    CHECK(bf16::from(std::bit_cast<float>(0x00008001u)).bits == 0x0001);
    CHECK(same_bits(bf16{0x0001}.value(), std::bit_cast<float>(0x00010000u)));
}

// SPDX-License-Identifier: MIT
// Stored floats become floats exactly, and values that are not finite are found.
#include "scratch.hpp"

#include <gradus/io/tensor_floats.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace {

using gradus::element_type;
using gradus::errc;
using gradus::index_t;
using namespace gradus::test;

gradus::tensor_view
view_of(element_type type, const std::vector<index_t>& shape, std::span<const std::byte> data) {
    return {"file", "tensor", type, shape, data};
}

/// All 2^16 patterns.
std::vector<std::uint16_t> every_pattern() {
    std::vector<std::uint16_t> patterns(65536);
    for (index_t i = 0; i < patterns.size(); ++i) {
        patterns[i] = static_cast<std::uint16_t>(i);
    }
    return patterns;
}

/// The value of a binary16 pattern by its definition.
double half_by_definition(unsigned pattern) {
    const int exponent = static_cast<int>((pattern >> 10) & 31u);
    const double mantissa = pattern & 1023u;
    const double magnitude =
        exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024.0 + mantissa, exponent - 25);
    return (pattern >> 15) != 0 ? -magnitude : magnitude;
}

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("every f16 pattern has the value that its definition gives") {
    const auto patterns = every_pattern();
    std::vector<float> out(65536);
    const std::vector<index_t> shape{256, 256};
    REQUIRE(gradus::read_floats(view_of(element_type::f16, shape, bytes_of_values(patterns)), out));
    for (unsigned i = 0; i < 65536; ++i) {
        if (((i >> 10) & 31u) != 31u) {
            REQUIRE(static_cast<double>(out[i]) == half_by_definition(i));
        } else {
            REQUIRE(std::isinf(out[i]) == ((i & 1023u) == 0));
        }
        REQUIRE(std::signbit(out[i]) == ((i >> 15) != 0));
    }
}

TEST_CASE("every bf16 pattern is the upper half of a float") {
    const auto patterns = every_pattern();
    std::vector<float> out(65536);
    const std::vector<index_t> shape{65536};
    REQUIRE(
        gradus::read_floats(view_of(element_type::bf16, shape, bytes_of_values(patterns)), out));
    for (std::uint32_t i = 0; i < 65536; ++i) {
        REQUIRE(std::bit_cast<std::uint32_t>(out[i]) == i << 16);
    }
}

TEST_CASE("f32 passes unchanged, from any address") {
    const std::vector<float> values{1.5f, -0.0f, not_a_number, infinity, 0x1p-149f};
    std::vector<std::byte> shifted(values.size() * 4 + 1);
    std::memcpy(shifted.data() + 1, values.data(), values.size() * 4);
    std::vector<float> out(5);
    const std::vector<index_t> shape{5};
    const auto data = std::span<const std::byte>{shifted}.subspan(1);
    REQUIRE(gradus::read_floats(view_of(element_type::f32, shape, data), out));
    CHECK(std::memcmp(out.data(), values.data(), 20) == 0);
    CHECK(gradus::read_floats(view_of(element_type::f32, {0}, {}), {}));
}

TEST_CASE("16-bit floats are read from odd addresses") {
    const std::vector<std::byte> shifted{std::byte{9}, std::byte{0x80}, std::byte{0x3f}};
    std::vector<float> out(1);
    const std::vector<index_t> shape{1};
    const auto data = std::span<const std::byte>{shifted}.subspan(1);
    REQUIRE(gradus::read_floats(view_of(element_type::bf16, shape, data), out));
    CHECK(out[0] == 1.0f);
}

TEST_CASE("types without weights are unsupported, and a wrong size is an error") {
    const std::vector<std::byte> data(16);
    for (const auto type : {element_type::u8, element_type::i64, element_type::f64,
                            element_type::boolean, element_type::f8_e4m3}) {
        const std::vector<index_t> shape{16 / gradus::bytes_of(type)};
        std::vector<float> out(shape[0]);
        CHECK(fails(gradus::read_floats(view_of(type, shape, data), out), errc::unsupported,
                    {"file", "'tensor'", gradus::name_of(type), "BF16"}));
    }
    std::vector<float> out(5);
    const std::vector<index_t> shape{4};
    CHECK(fails(gradus::read_floats(view_of(element_type::f32, shape, data), out),
                errc::invalid_argument, {"'tensor'", "4", "5"}));
}

TEST_CASE("the first value that is not finite is found by row and column") {
    std::vector<float> values(12, 1.0f);
    const auto find = [&] { return gradus::find_nonfinite({values.data(), 3, 4}); };
    CHECK_FALSE(find());
    values[11] = not_a_number;
    CHECK(find()->row == 2);
    CHECK(find()->col == 3);
    values[5] = -infinity;
    CHECK(find()->row == 1);
    CHECK(find()->col == 1);
    CHECK_FALSE(gradus::find_nonfinite({values.data(), 3, 1, 4}));  // between the rows
    CHECK_FALSE(gradus::find_nonfinite({}));
}

TEST_CASE("finite floats are asked for by the same name, with an error that says where") {
    std::vector<float> values(6, 1.0f);
    std::vector<float> out(6);
    const std::vector<index_t> shape{2, 3};
    const auto read = [&] {
        return gradus::read_finite_floats(
            view_of(element_type::f32, shape, bytes_of_values(values)), out);
    };
    CHECK(read());
    values[4] = not_a_number;
    CHECK(fails(read(), errc::nonfinite, {"'tensor'", "NaN", "row 1", "column 1"}));
    values[0] = infinity;
    CHECK(fails(read(), errc::nonfinite, {"infinity", "row 0", "column 0"}));
    const std::vector<index_t> empty{0, 3};
    CHECK(gradus::read_finite_floats(view_of(element_type::f32, empty, {}), {}));
}

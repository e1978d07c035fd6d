// SPDX-License-Identifier: MIT
// Moments, and products in double, have the same bytes on every machine: one recorded checksum.
#include <gradus/calibrate/input_statistics.hpp>
#include <gradus/core/random.hpp>
#include <gradus/io/checksum.hpp>

#include <doctest/doctest.h>

#include <span>
#include <vector>

TEST_CASE("moments and products in double have the recorded bytes") {
    using gradus::index_t;
    constexpr index_t tokens = 333;
    constexpr index_t width = 50;
    const auto key = gradus::random_key::of(1, 2);
    std::vector<float> z(tokens * width);
    std::vector<float> x(tokens * width);
    for (index_t i = 0; i < x.size(); ++i) {
        z[i] = static_cast<float>(key.uniform(2 * i) - 0.3);
        x[i] = static_cast<float>(key.uniform(2 * i + 1) * 1e3);
    }
    gradus::input_statistics<double> s{"in", width, {.products = true, .cross = true}};
    for (int batch = 0; batch < 3; ++batch) {  // joins runs of 128, 128 and 77 tokens, three times
        REQUIRE(s.add_pair({z.data(), tokens, width}, {x.data(), tokens, width}));
    }
    const auto sum_of = [](std::span<const double> values) {
        return gradus::checksum::of(std::as_bytes(values));
    };
    CHECK(sum_of(s.moments().mean()) == "fnv1a64:6db3c375d9ced216");
    CHECK(sum_of(s.moments().squares()) == "fnv1a64:438447c16adb9d2d");
    CHECK(sum_of(s.moments().magnitudes()) == "fnv1a64:0569dc50504816cd");
    CHECK(sum_of(s.products().entries()) == "fnv1a64:e160a92b3587a77b");
    CHECK(sum_of(s.cross().entries()) == "fnv1a64:356292c3ed49634b");
}

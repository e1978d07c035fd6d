// SPDX-License-Identifier: MIT
// A codebook is refused where its bits exceed what it saves.
#include <gradus/kv_plan/codebook_price.hpp>

#include <doctest/doctest.h>

TEST_CASE("half a bit a value is saved for each factor of two in squared error") {
    CHECK(gradus::bits_saved(1.0, 4.0, 100) == doctest::Approx(100.0));
    CHECK(gradus::bits_saved(1.0, 2.0, 100) == doctest::Approx(50.0));
    CHECK(gradus::bits_saved(2.0, 1.0, 100) == 0.0);
    CHECK(gradus::bits_saved(0.0, 0.0, 100) == 0.0);
    CHECK(gradus::level_table_bits(4) == 256);
}

TEST_CASE("a codebook that does not pay is refused with the figures") {
    CHECK(gradus::check_codebook(4, 1.0, 4.0, 257));
    const gradus::status refused = gradus::check_codebook(4, 1.0, 4.0, 256);
    REQUIRE(!refused);
    CHECK(refused.error().code == gradus::errc::no_effect);
    CHECK(refused.error().message.find("16 levels takes 256 bits (it saves 256 on 256 values)") !=
          std::string::npos);
    // A codebook for each group of 32 values: the published design, 8 bits a value of levels.
    CHECK(!gradus::check_codebook(4, 0.0095, 0.01154, 32));
    CHECK(!gradus::check_codebook(4, 1.0, 0.5, 1u << 20));
}

// SPDX-License-Identifier: MIT
// What the plot reads out of a scheme's name.
#include "scheme_parts.hpp"

#include <doctest/doctest.h>

using quantize_model::parts_of;
using quantize_model::range_kind;

TEST_CASE("a family is the mapping without its width, variant and offset included") {
    CHECK(parts_of("uniform_symmetric4_g64_mse").family == "uniform_symmetric");
    CHECK(parts_of("normal_quantile3:nf_g32_log8").family == "normal_quantile:nf");
    CHECK(parts_of("uniform_symmetric2@0.5_channel").family == "uniform_symmetric@0.5");
    CHECK(parts_of("ternary_tensor").family == "ternary");
    CHECK(parts_of("f16").family == "f16");
    CHECK_FALSE(parts_of("f16").quantized);
}

TEST_CASE("schemes that differ in width alone are one series") {
    CHECK(parts_of("uniform_symmetric4_g64_f16_mse").without_width ==
          parts_of("uniform_symmetric3_g64_f16_mse").without_width);
    CHECK(parts_of("uniform_symmetric4_g64").without_width !=
          parts_of("uniform_symmetric4_g32").without_width);
}

TEST_CASE("the range is read after the grouping, with or without a value") {
    CHECK(parts_of("binary_g64").range == range_kind::minmax);
    CHECK(parts_of("binary_g64_f16_minmax_stochastic").range == range_kind::minmax);
    CHECK(parts_of("binary_g64_mse=2.5").range == range_kind::mse);
    CHECK(parts_of("binary_g64_f16_percentile=99.9_noisy=0.1").range == range_kind::other);
    CHECK(parts_of("binary_g64_kl").range == range_kind::other);
}

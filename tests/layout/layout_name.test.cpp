// SPDX-License-Identifier: MIT
// Names of layouts: text to parts and back.
#include <gradus/layout/layout_name.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace {

using namespace gradus;

template <class L>
std::string text_for(typename L::mapping_type map = {}, typename L::grouping_type by = {}) {
    return name_of_layout<L>(map, by);
}

}  // namespace

TEST_CASE("a layout's name says mapping, grouping and scale format") {
    CHECK(text_for<layout<ternary, tensor, log8_scale>>() == "ternary_tensor_log8");
    CHECK(text_for<layout<ternary, channel>>() == "ternary_channel_f16");
    CHECK(text_for<layout<ternary, group<48>>>() == "ternary_g48_f16");
    CHECK(text_for<layout<ternary, tensor, log8_scale, base3, single_rows>>() ==
          "ternary_tensor_log8_rows");
    CHECK(text_for<layout<ternary, group<>>>({}, {7}) == "ternary_g7_f16");
    CHECK(text_for<layout<ternary, group<>>>({}, {any_size}) == "ternary_channel_f16");
    CHECK(text_for<layout<uniform_symmetric<4, code_range::restricted>, group<8>>>() ==
          "uniform_symmetric4:restricted_g8_f16");
    CHECK(text_for<layout<shifted<uniform_symmetric<3>>, group<64>, bf16_scale>>({0.25f}) ==
          "uniform_symmetric3@0.25_g64_bf16");
}

TEST_CASE("names take parts and give the same text again") {
    for (const char* text :
         {"uniform_symmetric4_g64_f16", "uniform_asymmetric8_channel_f32", "ternary_tensor_log8",
          "normal_quantile3:nf_g1_bf16", "uniform_symmetric2@0.5_g32_f16", "binary_g2147483647_f16",
          "uniform_symmetric2:restricted@0.3_tensor_f16", "mine_and_yours_g9_own"}) {
        const auto name = parse_layout_name(text);
        REQUIRE_MESSAGE(name, text);
        CHECK(name->text() == text);
    }
    const auto name = parse_layout_name("uniform_symmetric2:restricted@0.3_g9_log8");
    REQUIRE(name);
    CHECK(name->mapping == "uniform_symmetric2:restricted");
    CHECK(name->offset == 0.3f);
    CHECK(name->grouping == "g");
    CHECK(name->group == 9);
    CHECK(name->scale == "log8");
}

TEST_CASE("other texts are no layout names") {
    for (const char* text : {"",
                             "_",
                             "__",
                             "ternary",
                             "ternary_g64",
                             "ternary_f16",
                             "g64_f16",
                             "ternary_g0_f16",
                             "ternary_g_f16",
                             "ternary_g-1_f16",
                             "ternary_g+1_f16",
                             "ternary_g2147483648_f16",
                             "ternary_g99999999999999999999999_f16",
                             "ternary_g6 4_f16",
                             "ternary_G64_f16",
                             "ternary_rows_f16",
                             "ternary@_g64_f16",
                             "ternary@x_g64_f16",
                             "ternary@0.5x_g64_f16",
                             "ternary@0_g64_f16",
                             "ternary@1_g64_f16",
                             "ternary@nan_g64_f16",
                             "ternary@-0.5_g64_f16",
                             "ternary__f16",
                             "tensor",
                             "channel_"}) {
        CHECK_MESSAGE(!parse_layout_name(text), text);
    }
}

TEST_CASE("numbers take the shortest text that reads back") {
    for (const float x : {0.5f, 0.1f, 1.0f / 3.0f, 1e-20f, 0x1p-24f,
                          std::numeric_limits<float>::max(), 0.0f, -2.25f}) {
        CHECK(number_of<float>(number_text(x)) == x);
    }
    CHECK(number_text(0.1f) == "0.1");
    CHECK(!number_of<float>(""));
    CHECK(!number_of<float>("1 "));
    CHECK(!number_of<index_t>("-1"));
}

TEST_CASE("words that name a grouping") {
    CHECK(names_grouping("tensor"));
    CHECK(names_grouping("channel"));
    CHECK(names_grouping("g1"));
    CHECK_FALSE(names_grouping(""));
    CHECK_FALSE(names_grouping("g"));
    CHECK_FALSE(names_grouping("64"));
    CHECK_FALSE(names_grouping("h64"));
}

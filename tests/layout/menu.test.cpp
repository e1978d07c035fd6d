// SPDX-License-Identifier: MIT
// Menus: the first entry that a name describes is taken; shards hold every entry once.
#include <gradus/layout/menu.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace gradus;

using fixed = layout<uniform_symmetric<4>, group<64>>;
using sized = layout<uniform_symmetric<4>, group<>>;
using moved = layout<shifted<uniform_symmetric<4>>, group<>>;
using small = layout<ternary, group<>, log8_scale>;
using whole = layout<ternary, tensor>;
using small_menu = menu<fixed, sized, moved, small, whole>;

template <class Menu> std::string choice_for(std::string_view text) {
    const auto name = parse_layout_name(text);
    REQUIRE(name);
    std::string made = "none";
    const bool found = Menu::visit(*name, [&]<class L>(const layout_choice<L>& choice) {
        made = std::string{L::name.view()} + " " + name_of_layout<L>(choice.map, choice.groups);
    });
    CHECK(found == (made != "none"));
    CHECK(found == Menu::contains(*name));
    return made;
}

template <class Menu, index_t Count, index_t... First>
std::vector<std::string_view> names_in_shards(std::integer_sequence<index_t, First...>) {
    std::vector<std::string_view> all;
    const auto add = [&](const std::vector<std::string_view>& names) {
        all.insert(all.end(), names.begin(), names.end());
    };
    (add(menu_shard<Menu, First, Count>::type::names()), ...);
    return all;
}

template <index_t Count> bool shards_partition() {
    std::vector<std::string_view> expected;
    const auto names = small_menu::names();
    for (index_t first = 0; first < Count; ++first) {
        for (index_t i = first; i < names.size(); i += Count) {
            expected.push_back(names[i]);
        }
    }
    return names_in_shards<small_menu, Count>(std::make_integer_sequence<index_t, Count>{}) ==
           expected;
}

}  // namespace

TEST_CASE("a fixed group size goes before the run-time one, which takes all others") {
    CHECK(choice_for<small_menu>("uniform_symmetric4_g64_f16") ==
          "uniform_symmetric4_g64_f16 uniform_symmetric4_g64_f16");
    CHECK(choice_for<small_menu>("uniform_symmetric4_g65_f16") ==
          "uniform_symmetric4_gN_f16 uniform_symmetric4_g65_f16");
    CHECK(choice_for<small_menu>("uniform_symmetric4_channel_f16") ==
          "uniform_symmetric4_gN_f16 uniform_symmetric4_channel_f16");
    CHECK(choice_for<menu<sized, fixed>>("uniform_symmetric4_g64_f16") ==
          "uniform_symmetric4_gN_f16 uniform_symmetric4_g64_f16");
}

TEST_CASE("an offset belongs to the shifted mapping and reaches it") {
    CHECK(choice_for<small_menu>("uniform_symmetric4@0.25_g64_f16") ==
          "uniform_symmetric4@_gN_f16 uniform_symmetric4@0.25_g64_f16");
    CHECK(choice_for<small_menu>("ternary@0.25_tensor_f16") == "none");
}

TEST_CASE("what is not on the menu is not found") {
    for (const char* text :
         {"uniform_symmetric4_tensor_f16", "uniform_symmetric3_g64_f16", "ternary_g64_f16",
          "ternary_tensor_log8", "ternary_channel_f16", "uniform_symmetric4_g64_bf16"}) {
        CHECK_MESSAGE(choice_for<small_menu>(text) == "none", text);
    }
    CHECK(choice_for<small_menu>("ternary_tensor_f16") == "ternary_tensor_f16 ternary_tensor_f16");
    CHECK(choice_for<small_menu>("ternary_g64_log8") == "ternary_gN_log8 ternary_g64_log8");
    CHECK(choice_for<menu<>>("ternary_g64_log8") == "none");
}

TEST_CASE("shards hold every entry once") {
    CHECK(small_menu::size == 5);
    CHECK(menu<>::size == 0);
    CHECK(shards_partition<1>());
    CHECK(shards_partition<2>());
    CHECK(shards_partition<3>());
    CHECK(shards_partition<5>());
    CHECK(shards_partition<7>());
}

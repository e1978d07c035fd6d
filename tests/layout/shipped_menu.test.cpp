// SPDX-License-Identifier: MIT
// The shipped menu: every entry can be reached by its name, and no two have the same.
#include <gradus/layout/shipped_menu.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>

namespace {

using namespace gradus;

/// The name of an entry as files store it, where run-time sizes are 48 and offsets 1/4.
template <class L> std::string stored_name() {
    layout_choice<L> choice;
    if constexpr (requires { choice.groups.size = 48; }) { choice.groups.size = 48; }
    if constexpr (requires { choice.map.offset; }) { choice.map.offset = 0.25f; }
    return name_of_layout<L>(choice.map, choice.groups);
}

/// Which entry serves a name, and the name that it gives itself then.
std::string entry_for(const layout_name& name) {
    std::string entry = "none";
    (void)shipped_menu::visit(name, [&]<class L>(const layout_choice<L>& choice) {
        entry = std::string{L::name.view()} + " " + name_of_layout<L>(choice.map, choice.groups);
    });
    return entry;
}

template <class L> int faults_of_entry(std::set<std::string>& seen) {
    const std::string text = stored_name<L>();
    const auto name = parse_layout_name(text);
    if (!name || name->text() != text || !seen.insert(text).second) { return 1; }
    return entry_for(*name) == std::string{L::name.view()} + " " + text ? 0 : 1;
}

template <class... L> int faults_of(std::type_identity<menu<L...>>) {
    std::set<std::string> seen;
    return (faults_of_entry<L>(seen) + ...);
}

template <index_t Count, index_t... First>
constexpr index_t size_of_shards(std::integer_sequence<index_t, First...>) {
    return (menu_shard<shipped_menu, First, Count>::type::size + ...);
}

static_assert(shipped_menu::size <= 60);
static_assert(size_of_shards<6>(std::make_integer_sequence<index_t, 6>{}) == shipped_menu::size);

}  // namespace

TEST_CASE("every entry is reached by its own name") {
    CHECK(faults_of(std::type_identity<shipped_menu>{}) == 0);
    std::set<std::string_view> names;
    for (const std::string_view name : shipped_menu::names()) {
        CHECK_MESSAGE(names.insert(name).second, name);
    }
}

TEST_CASE("the common group sizes of four bits have fixed entries") {
    for (const char* text : {"uniform_symmetric4_g32_f16", "uniform_symmetric4_g64_f16",
                             "uniform_symmetric4_g128_f16"}) {
        CHECK(entry_for(*parse_layout_name(text)) == std::string{text} + " " + text);
    }
}

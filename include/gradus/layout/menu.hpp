// SPDX-License-Identifier: MIT
// The closed list of layouts that an application ships: run-time names to compile-time types.
#pragma once

#include <gradus/layout/layout_name.hpp>

#include <tuple>
#include <type_traits>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A layout type together with the values of its run-time parts.
template <layout_type L> struct layout_choice {
    using layout = L;
    typename L::mapping_type map = {};
    typename L::grouping_type groups = {};
};

/// `menu<A, B, ...>::visit(name, f)` calls f(layout_choice<X>{...}) for the first layout X that
/// `name` describes and says whether there was one. An entry with `group<>` serves every group size
/// and "channel"; a fixed `group<N>` placed before it is the faster path to the same bytes. The
/// same strings serve schemes, files, reports and help texts.
template <layout_type... Layouts> struct menu {
    static constexpr index_t size = sizeof...(Layouts);
    using first = std::tuple_element_t<0, std::tuple<Layouts..., void>>;

    [[nodiscard]] static std::vector<std::string_view> names() { return {name_of<Layouts>()...}; }

    template <class F> static bool visit(const layout_name& name, F&& f) {
        return (attempt<Layouts>(name, f) || ...);
    }

    [[nodiscard]] static bool contains(const layout_name& name) {
        return visit(name, [](const auto&) {});
    }

  private:
    template <layout_type L> [[nodiscard]] static bool describes(const layout_name& name) {
        using M = typename L::mapping_type;
        using G = typename L::grouping_type;
        const std::string mapping = name.mapping + (name.offset ? "@" : "");
        if (mapping != name_of<M>() || name.scale != name_of<typename L::scale_type>()) {
            return false;
        }
        if constexpr (std::is_same_v<G, group<>>) {
            return name.grouping == "g" || name.grouping == "channel";
        } else if constexpr (requires { G::size; }) {
            return name.grouping == "g" && name.group == G::size;
        } else {
            return name.grouping == name_of<G>();
        }
    }

    template <layout_type L, class F>
    [[nodiscard]] static bool attempt(const layout_name& name, F& f) {
        if (!describes<L>(name)) { return false; }
        layout_choice<L> choice;
        if constexpr (std::is_same_v<typename L::grouping_type, group<>>) {
            choice.groups.size = name.grouping == "channel" ? any_size : name.group;
        }
        if constexpr (requires { choice.map.offset; }) { choice.map.offset = *name.offset; }
        f(choice);
        return true;
    }
};

/// Every `Count`-th entry of a menu, from number `First` on: shares it among source files that
/// compile apart.
template <class Menu, index_t First, index_t Count> struct menu_shard;

template <index_t First, index_t Count> struct menu_shard<menu<>, First, Count> {
    using type = menu<>;
};

template <layout_type L, layout_type... Rest, index_t First, index_t Count>
struct menu_shard<menu<L, Rest...>, First, Count> {
    using others =
        typename menu_shard<menu<Rest...>, First == 0 ? Count - 1 : First - 1, Count>::type;

    template <layout_type... Others> static auto with(menu<Others...>) -> menu<L, Others...>;

    using type = std::conditional_t<First == 0, decltype(with(others{})), others>;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

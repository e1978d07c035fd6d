// SPDX-License-Identifier: MIT
// Layouts by name: text to parts, and a layout's values to text.
#pragma once

#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/layout/layout.hpp>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace gradus {
inline namespace GRADUS_ISA {

/// The parts of `<mapping>[@<offset>]_<tensor|channel|gN>[_<scale>]`.
struct layout_name {
    std::string mapping;          ///< e.g. "uniform_symmetric4:restricted"
    std::optional<float> offset;  ///< grid offset, in steps
    std::string grouping;         ///< "tensor", "channel" or "g"
    index_t group = 0;            ///< N of "gN"
    std::string scale = "f16";

    [[nodiscard]] std::string text() const;
};

/// The shortest decimal that reads back as the same float.
[[nodiscard]] inline std::string number_text(float value) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    return {digits, end.ptr};
}

/// All of `text` as a number, or nothing.
template <class Number> [[nodiscard]] std::optional<Number> number_of(std::string_view text) {
    Number value{};
    const char* last = text.data() + text.size();
    const auto [end, failure] = std::from_chars(text.data(), last, value);
    if (failure != std::errc{} || end != last) { return std::nullopt; }
    return value;
}

inline std::string layout_name::text() const {
    return mapping + (offset ? "@" + number_text(*offset) : "") + "_" + grouping +
           (grouping == "g" ? std::to_string(group) : "") + "_" + scale;
}

/// Whether a word between underscores names a grouping.
[[nodiscard]] inline bool names_grouping(std::string_view word) {
    if (word == "tensor" || word == "channel") { return true; }
    const auto size = number_of<index_t>(word.substr(word.empty() ? 0 : 1));
    return word.starts_with('g') && size && *size > 0 && *size < (index_t{1} << 31);
}

/// The parts of a complete layout name, scale included; nothing where it is not one.
[[nodiscard]] inline std::optional<layout_name> parse_layout_name(std::string_view text) {
    const auto scale_at = text.rfind('_');
    if (scale_at == std::string_view::npos) { return std::nullopt; }
    const std::string_view front = text.substr(0, scale_at);
    const auto grouping_at = front.rfind('_');
    if (grouping_at == std::string_view::npos) { return std::nullopt; }
    const std::string_view word = front.substr(grouping_at + 1);
    if (!names_grouping(word)) { return std::nullopt; }
    layout_name name;
    std::string_view mapping = front.substr(0, grouping_at);
    if (const auto at = mapping.find('@'); at != std::string_view::npos) {
        name.offset = number_of<float>(mapping.substr(at + 1));
        if (!name.offset || !(*name.offset > 0.0f && *name.offset < 1.0f)) { return std::nullopt; }
        mapping = mapping.substr(0, at);
    }
    name.mapping = mapping;
    name.scale = text.substr(scale_at + 1);
    const bool sized = word.starts_with('g');
    name.grouping = sized ? "g" : word;
    if (sized) { name.group = *number_of<index_t>(word.substr(1)); }
    return name;
}

/// The name of a layout with its run-time values: what files and schemes call it.
template <layout_type L>
[[nodiscard]] std::string name_of_layout(const typename L::mapping_type& map,
                                         const typename L::grouping_type& groups) {
    std::string text{name_of<typename L::mapping_type>()};
    if constexpr (requires { map.offset; }) { text += number_text(map.offset); }
    text += "_";
    if constexpr (requires { groups.size; }) {
        if (groups.size == any_size) {
            text += "channel";
        } else {
            text += "g";
            text += std::to_string(groups.size);
        }
    } else {
        text += name_of<typename L::grouping_type>();
    }
    text += "_";
    text += name_of<typename L::scale_type>();
    return L::tile_rows == single_rows ? text + "_rows" : text;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

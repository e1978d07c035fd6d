// SPDX-License-Identifier: MIT
// The element types that a safetensors file can declare.
#pragma once

#include <gradus/core/types.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gradus {

/// f32, f16 and bf16 hold weights and u8 holds packed codes; the others are recognised, so that
/// their sizes can be checked, but never converted.
enum class element_type : std::uint8_t {
    f32,
    f16,
    bf16,
    u8,
    boolean,
    i8,
    i16,
    u16,
    i32,
    u32,
    f64,
    i64,
    u64,
    f8_e4m3,
    f8_e5m2,
    f8_e8m0,
    c64,
};

/// One row of the table below: how the format spells a type, and how large one element is.
struct element_traits {
    std::string_view name;
    index_t bytes;
};

/// In the order of `element_type`. Source: safetensors 0.5, `Dtype`, without its sub-byte types.
inline constexpr std::array<element_traits, 17> element_table = {{
    {"F32", 4},
    {"F16", 2},
    {"BF16", 2},
    {"U8", 1},
    {"BOOL", 1},
    {"I8", 1},
    {"I16", 2},
    {"U16", 2},
    {"I32", 4},
    {"U32", 4},
    {"F64", 8},
    {"I64", 8},
    {"U64", 8},
    {"F8_E4M3", 1},
    {"F8_E5M2", 1},
    {"F8_E8M0", 1},
    {"C64", 8},
}};

[[nodiscard]] GRADUS_INLINE constexpr std::string_view name_of(element_type type) noexcept {
    return element_table[static_cast<index_t>(type)].name;
}

[[nodiscard]] GRADUS_INLINE constexpr index_t bytes_of(element_type type) noexcept {
    return element_table[static_cast<index_t>(type)].bytes;
}

/// The type that the format spells `name`, or nothing.
[[nodiscard]] GRADUS_INLINE constexpr std::optional<element_type>
element_type_named(std::string_view name) noexcept {
    for (index_t i = 0; i < element_table.size(); ++i) {
        if (element_table[i].name == name) { return static_cast<element_type>(i); }
    }
    return std::nullopt;
}

static_assert(name_of(element_type::c64) == "C64" && name_of(element_type::u8) == "U8");

}  // namespace gradus

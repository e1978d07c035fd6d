// SPDX-License-Identifier: MIT
// How a sparse matrix says where its survivors are.
#pragma once

#include <gradus/core/types.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gradus {

/// A bit for every place (`mask`), or, where at most n of every m adjacent places of a row survive,
/// the number of one of the C(m, n) ways to name n of them: ceil(log2 C(m, n)) bits, so 3 bits a
/// group of four for 2:4, in the place of 4. m is 4 or 8.
struct survivor_pattern {
    index_t n = 0;  ///< 0: a mask
    index_t m = 1;

    [[nodiscard]] GRADUS_INLINE constexpr bool is_mask() const { return n == 0; }

    /// Ways to name n of m.
    [[nodiscard]] GRADUS_INLINE constexpr index_t ways() const {
        index_t count = 1;
        for (index_t i = 0; i < n; ++i) {
            count = count * (m - i) / (i + 1);
        }
        return count;
    }

    /// Bits that name the survivors of m places.
    [[nodiscard]] GRADUS_INLINE constexpr index_t bits() const {
        return is_mask() ? 1 : static_cast<index_t>(std::bit_width(ways() - 1));
    }

    [[nodiscard]] GRADUS_INLINE constexpr bool valid() const {
        return is_mask() ? m == 1 : (m == 4 || m == 8) && n < m;
    }

    [[nodiscard]] GRADUS_INLINE friend constexpr bool operator==(const survivor_pattern& a,
                                                                 const survivor_pattern& b) {
        return a.n == b.n && a.m == b.m;
    }
};

inline constexpr survivor_pattern survivor_mask{};

/// All bytes by how many bits they have, and then by value: the first C(4, n) of those with n bits
/// lie below 16, so one list numbers the ways of fours and of eights.
inline constexpr std::array<std::uint8_t, 256> bytes_by_count = [] {
    std::array<std::uint8_t, 256> list{};
    index_t at = 0;
    for (int count = 0; count <= 8; ++count) {
        for (unsigned byte = 0; byte < 256; ++byte) {
            if (std::popcount(byte) == count) { list[at++] = static_cast<std::uint8_t>(byte); }
        }
    }
    return list;
}();

/// Where the bytes with n bits start in that list.
[[nodiscard]] GRADUS_INLINE constexpr index_t first_with_count(index_t n) {
    index_t first = 0;
    for (index_t i = 0; i < n; ++i) {
        first += survivor_pattern{i, 8}.ways();
    }
    return first;
}

/// The places that way `number` of a pattern names: bit c is place c.
[[nodiscard]] GRADUS_INLINE constexpr std::uint8_t places_of(index_t n, index_t number) {
    return bytes_by_count[first_with_count(n) + number];
}

static_assert(survivor_pattern{2, 4}.ways() == 6 && survivor_pattern{2, 4}.bits() == 3);
static_assert(survivor_pattern{4, 8}.ways() == 70 && survivor_pattern{4, 8}.bits() == 7);
static_assert(places_of(2, 5) == 0b1100 && places_of(4, 69) == 0b11110000);

inline namespace GRADUS_ISA {

/// "mask", "2of4".
[[nodiscard]] inline std::string name_of_pattern(const survivor_pattern& pattern) {
    if (pattern.is_mask()) { return "mask"; }
    std::string text = std::to_string(pattern.n);
    text += "of";
    text += std::to_string(pattern.m);
    return text;
}

/// The inverse; nothing for any other text.
[[nodiscard]] inline std::optional<survivor_pattern> parse_pattern(std::string_view text) {
    if (text == "mask") { return survivor_mask; }
    if (text.size() != 4 || text.substr(1, 2) != "of") { return std::nullopt; }
    const survivor_pattern found{static_cast<index_t>(text[0] - '0'),
                                 static_cast<index_t>(text[3] - '0')};
    if (text[0] < '1' || text[0] > '7' || text[3] > '8' || !found.valid()) { return std::nullopt; }
    return found;
}

/// A layout's name without the pattern at its end, and that pattern; nothing where the name is that
/// of a dense layout.
[[nodiscard]] inline std::optional<std::pair<std::string_view, survivor_pattern>>
split_sparse_name(std::string_view layout) {
    const auto at = layout.rfind('_');
    if (at == std::string_view::npos) { return std::nullopt; }
    const auto pattern = parse_pattern(layout.substr(at + 1));
    if (!pattern) { return std::nullopt; }
    return std::pair{layout.substr(0, at), *pattern};
}

}  // namespace GRADUS_ISA
}  // namespace gradus

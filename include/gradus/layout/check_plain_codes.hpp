// SPDX-License-Identifier: MIT
// Whether a layout can hold a plain matrix, exactly.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/layout/geometry.hpp>
#include <gradus/layout/layout_name.hpp>
#include <gradus/layout/packed_view.hpp>
#include <gradus/layout/plain_codes.hpp>

#include <bit>
#include <optional>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// The lowest code that the mapping uses: 1 for restricted grids, else 0.
template <mapping M>
inline constexpr code_t lowest_code = [] {
    if constexpr (requires { M::first_code; }) { return static_cast<code_t>(M::first_code); }
    return code_t{0};
}();

/// "[3, 4]"
[[nodiscard]] inline std::string extents_text(index_t rows, index_t cols) {
    std::string text = "[";  // "[" + number: g++ 12 warns at -O3 (GCC bug 105651)
    text += std::to_string(rows) + ", " + std::to_string(cols) + "]";
    return text;
}

/// The first value of a plain matrix outside [low, high], by name.
[[nodiscard]] inline std::optional<std::string>
find_bad_code(matrix_view<const code_t> values, code_t low, code_t high, const char* what) {
    for (index_t r = 0; r < values.rows; ++r) {
        bool sound = true;  // a whole row at once: compilers vectorise this
        for (const code_t value : values.row(r)) {
            sound = sound & (value >= low) & (value <= high);
        }
        for (index_t c = 0; !sound && c < values.cols; ++c) {
            if (values(r, c) >= low && values(r, c) <= high) { continue; }
            return std::string{what} + " " + std::to_string(values(r, c)) + " at " +
                   extents_text(r, c) + " (the mapping has " + std::to_string(low) + " to " +
                   std::to_string(high) + ")";
        }
    }
    return std::nullopt;
}

/// Counts that the layout's geometry does not ask for.
template <layout_type L>
[[nodiscard]] std::optional<std::string> find_bad_count(const plain_codes_view& plain,
                                                        const geometry<L>& shape) {
    using M = typename L::mapping_type;
    const index_t rows = geometry<L>::matrix_grid ? 1 : shape.rows;
    const index_t groups = geometry<L>::matrix_grid ? 1 : shape.groups();
    const auto expected = [](const char* what, auto found, const std::string& wanted) {
        return std::string{what} + " of " + found + " (expected " + wanted + ")";
    };
    if (shape.rows == 0 || shape.cols == 0) { return "a matrix without rows or columns"; }
    if (plain.scales.rows != rows || plain.scales.cols != groups) {
        return expected("scales", extents_text(plain.scales.rows, plain.scales.cols),
                        extents_text(rows, groups));
    }
    const bool zeros = has_zero_point<M>;
    if (plain.zeros.rows != (zeros ? rows : 0) || plain.zeros.cols != (zeros ? groups : 0)) {
        return expected("zero points", extents_text(plain.zeros.rows, plain.zeros.cols),
                        zeros ? extents_text(rows, groups) : "none");
    }
    const index_t words = L::scale_type::row_bits == 0 ? 0 : rows;
    if (plain.row_words.size() != words) {
        return expected("row words", std::to_string(plain.row_words.size()), std::to_string(words));
    }
    return std::nullopt;
}

/// Scales and row words that their format would change.
template <layout_type L>
[[nodiscard]] std::optional<std::string> find_bad_scale(const plain_codes_view& plain) {
    using S = typename L::scale_type;
    const std::string format{name_of<S>()};
    for (index_t r = 0; r < plain.scales.rows; ++r) {
        const std::uint32_t word = plain.row_words.empty() ? 0 : plain.row_words[r];
        if (S::row_bits < 32 && (word >> (S::row_bits % 32)) != 0) {
            return "row word " + std::to_string(word) + " of row " + std::to_string(r) +
                   " has more bits than format '" + format + "'";
        }
        for (index_t g = 0; g < plain.scales.cols; ++g) {
            const float scale = plain.scales(r, g);
            const float stored = S{}.decode(S{}.encode(scale, word), word);
            const bool finite = magnitude(stored) <= 0x1.fffffep127f;
            if (finite && stored == scale) { continue; }
            return "the scale at " + extents_text(r, g) + " is not exact in format '" + format +
                   "'" + (finite ? "" : " (or not finite)") + ". Another format, or round first?";
        }
    }
    return std::nullopt;
}

/// Levels of a codebook that a file would change or refuse.
template <layout_type L>
[[nodiscard]] std::optional<std::string> find_bad_level(const typename L::mapping_type& map) {
    if constexpr (L::codebook == codebook_scope::matrix) {
        for (index_t i = 0; i < map.levels.size(); ++i) {
            const bool exact = f16::from(map.levels[i]).value() == map.levels[i] &&
                               magnitude(map.levels[i]) <= 65504.0f;
            if (!exact || (i > 0 && map.levels[i] < map.levels[i - 1])) {
                return "codebook level " + std::to_string(i) +
                       " is not exact in f16, or does not ascend";
            }
        }
    }
    return std::nullopt;
}

/// Errors: scales, zero points or row words of another count than layout and group size ask for; a
/// code or zero point that is not of the mapping; a scale, row word or level that its format does
/// not hold exactly.
template <layout_type L>
[[nodiscard]] status check_plain_codes(const plain_codes_view& plain,
                                       const typename L::mapping_type& map,
                                       const typename L::grouping_type& groups) {
    using M = typename L::mapping_type;
    constexpr auto top = static_cast<code_t>(M::codes - 1);
    const geometry<L> shape{plain.codes.rows, plain.codes.cols, groups};
    auto bad = find_bad_count<L>(plain, shape);
    if (!bad) { bad = find_bad_code(plain.codes, lowest_code<M>, top, "code"); }
    if (!bad) { bad = find_bad_code(plain.zeros, 0, top, "zero point"); }
    if (!bad) { bad = find_bad_scale<L>(plain); }
    if (!bad) { bad = find_bad_level<L>(map); }
    if (bad) { return error{errc::invalid_argument, name_of_layout<L>(map, groups) + ": " + *bad}; }
    return done{};
}

}  // namespace GRADUS_ISA
}  // namespace gradus

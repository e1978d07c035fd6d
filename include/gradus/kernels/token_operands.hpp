// SPDX-License-Identifier: MIT
// Quantized tokens, as the kernels of a layout read them.
#pragma once

#include <gradus/concepts/activation_scheme.hpp>
#include <gradus/kernels/unit_terms.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Where the bytes of a few tokens are: digit d of token t starts at t * token + d * digit.
struct operand_rows {
    const std::int8_t* at;
    index_t token;  ///< bytes from one token to the next
    index_t digit;  ///< bytes from one digit to the next
};

/// Tokens over the columns [first, last) of a matrix, which start and end at segments.
template <layout_type L, activation_scheme A> struct token_operands {
    static constexpr index_t halves = unit_terms<L>::halves;

    /// Integer sums start where the offsets of the codes bring them to zero: a register is set
    /// anyway, and a multiplication is saved. (Three digits would need three sums a segment.)
    static constexpr bool starts_at_offset = unit_terms<L>::has_whole_offset && A::digits == 1;

    operand_rows digits;
    const float* scale;         ///< [tokens][segments], or [tokens] where a whole token has one
    const float* sum;           ///< [tokens][segments]: of the integers
    const std::int32_t* start;  ///< [tokens][segments][halves], where `starts_at_offset`
    index_t segment_count;      ///< in these columns
    index_t first;
    index_t last;

    /// The tokens from `t` on.
    [[nodiscard]] GRADUS_INLINE token_operands from_token(index_t t) const {
        token_operands rest = from_segment(t * segment_count, t * digits.token, first);
        if constexpr (A::scope == activation_scope::token) { rest.scale += t; }
        return rest;
    }

    /// What lies `segments` segments and `operands` bytes further, from column `column` on.
    [[nodiscard]] GRADUS_INLINE token_operands from_segment(index_t segments,
                                                            index_t operands,
                                                            index_t column) const {
        token_operands rest = *this;
        rest.digits.at += operands;
        if constexpr (A::scope == activation_scope::segment) { rest.scale += segments; }
        if constexpr (starts_at_offset) {
            rest.start += segments * halves;
        } else {
            rest.sum += segments;
        }
        rest.first = column;
        return rest;
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// As what attention sees queries and weights when it multiplies them with packed codes.
#pragma once

#include <gradus/concepts/named.hpp>
#include <gradus/core/types.hpp>

#include <concepts>

namespace gradus {

/// A key or value is c s + m. Scales and bases are folded into what they are multiplied with, x =
/// q_d s_d for keys by channel and x = p_t s_t for values by token, and a sum over at most 128
/// steps of one unit becomes sum x c + sum q m. A scheme says in how many signed bytes x is seen;
/// 0: as a float.
///
/// With digits, x is rounded to whole multiples of max |x| / most, and codes count from the middle
/// z of their range:
///     |error of the sum| <= max |x| / (2 most) * sum |c - z|,  z = 2^(width - 1)
/// beside f32 rounding. That bounds a score; a result errs by that of its weights and values.
template <class S>
concept attention_scheme = named<S> && requires {
    requires(S::digits <= 2);
    { S::most } -> std::convertible_to<float>;
};

/// Floats: no error beside rounding, 2^-24 a term. For evaluation, and the only one for codebooks.
struct exact_attention {
    static constexpr std::string_view name = "exact";
    static constexpr index_t digits = 0;
    static constexpr float most = 0.0f;
};

/// As kv_attention.hpp defines it, written out in double: the same bits on every machine, and those
/// of attention on decoded floats (eval/decoded_cache.hpp). Slow; for proofs.
struct defined_attention : exact_attention {
    static constexpr std::string_view name = "defined";
};

/// Two bytes: at most 2^-9 max |x| a step for codes of 8 bits, 2^-13 for those of 4.
struct int16_attention {
    static constexpr std::string_view name = "int16";
    static constexpr index_t digits = 2;
    static constexpr float most = 32639.0f;  ///< 127 (1 + 256)
};

/// One byte: half the products of int16, at 257 times its error.
struct int8_attention {
    static constexpr std::string_view name = "int8";
    static constexpr index_t digits = 1;
    static constexpr float most = 127.0f;
};

static_assert(attention_scheme<exact_attention> && attention_scheme<int16_attention> &&
              attention_scheme<int8_attention>);

}  // namespace gradus

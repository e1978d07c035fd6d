// SPDX-License-Identifier: MIT
// Grouped-query attention; multi-head attention is the case of as many key heads as query heads.
#pragma once

#include <gradus/cache/f32_cache.hpp>
#include <gradus/concepts/attention.hpp>
#include <gradus/model/linear.hpp>
#include <gradus/model/position/rotary.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

///     y += gain * O softmax(q K^T / sqrt(w)) V,   q = R Q x,   K = R K x,   V = V x   (R:
///     position)
///
/// Heads h, ..., h + s - 1 of the queries share head h / s of keys and values. Biases belong to
/// the four linear layers. The attention itself happens in the cache, on the keys as stored.
/// Source: Ainslie et al. 2023, arXiv:2305.13245.
struct grouped_query {
    static constexpr std::string_view name = "grouped_query";

    linear query;   // [heads * head_width, width]
    linear key;     // [kv heads * head_width, width]
    linear value;   // [kv heads * head_width, width]
    linear output;  // [width, heads * head_width]
    index_t head_width;

    [[nodiscard]] index_t scratch(index_t tokens) const {
        const index_t widest = std::max({query.scratch(tokens), key.scratch(tokens),
                                         value.scratch(tokens), output.scratch(tokens)});
        return 2 * workspace::cost(tokens, query.rows()) + workspace::cost(tokens, key.rows()) +
               workspace::cost(tokens, value.rows()) + widest;
    }

    /// Appends x to the cache and adds the result to y. y may be what x was computed from.
    template <position_encoding Position, kv_cache Cache>
    void operator()(matrix_view<const float> x,  // [tokens, width]
                    const Position& position,
                    Cache& cache,
                    matrix_view<float> y,  // [tokens, width]
                    float gain,
                    workspace& memory) const {
        workspace::scope scope{memory};
        const matrix_view<float> attended = scope.take(x.rows, query.rows());
        mix(x, position, cache, attended, memory);
        output.add(attended, y, gain, memory);
    }

    /// All but the last matrix, for those who look at its input: appends x to the cache.
    template <position_encoding Position, kv_cache Cache>
    void mix(matrix_view<const float> x,  // [tokens, width]
             const Position& position,
             Cache& cache,
             matrix_view<float> attended,  // [tokens, heads * head_width]
             workspace& memory) const {
        static_assert(Cache::keys == key_storage::after_position,
                      "keys before their position: the cache must turn them when it reads them; "
                      "add that to model/attention/");
        workspace::scope scope{memory};
        const matrix_view<float> queries = scope.take(x.rows, query.rows());
        const matrix_view<float> keys = scope.take(x.rows, key.rows());
        const matrix_view<float> values = scope.take(x.rows, value.rows());
        query(x, queries, memory);
        key(x, keys, memory);
        value(x, values, memory);
        const index_t first = cache.length();
        position.at_heads(queries, head_width, first);
        position.at_heads(keys, head_width, first);
        // A cache that cannot hold them says so when it is asked, and answers with NaN.
        static_cast<void>(cache.append(keys, values));
        cache.attend(queries, attended);
    }
};

static_assert(attention<grouped_query, rotary_halves, f32_cache, workspace>);

}  // namespace GRADUS_ISA
}  // namespace gradus

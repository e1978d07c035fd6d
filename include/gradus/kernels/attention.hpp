// SPDX-License-Identifier: MIT
// Causal attention of a few queries over the stored parts of one head.
#pragma once

#include <gradus/kernels/attention_rows.hpp>

#include <algorithm>
#include <concepts>

namespace gradus {
inline namespace GRADUS_ISA {

/// Consecutive tokens of one head, however they are stored:
///   tokens()                     how many there are
///   chunk(first, seen)           how many to take at once from `first` on, attention_chunk at
///   most;
///                                perhaps more than the seen ones, all within the part
///   score(state, first, count)   state.weights()(r, i) = <query r, key first + i>, i < count
///   blend(state, first, count)   state.results()(r) += sum_i weights(r, i) * value first + i
/// First is 0 or where a chunk ended. Both rows have attention_slack floats behind them.
template <class P>
concept attention_part = requires(const P part, const attention_state<1>& state, index_t i) {
    { part.tokens() } -> std::same_as<index_t>;
    { part.chunk(i, i) } -> std::same_as<index_t>;
    part.score(state, i, i);
    part.blend(state, i, i);
};

/// Adds parts to a state; `before` tokens lie in front of them.
template <index_t Rows, attention_part... Parts>
void attend_parts(attention_state<Rows>& state, index_t before, const Parts&... parts) {
    const auto through = [&](const auto& part) {
        const index_t seen = state.visible() > before ? state.visible() - before : 0;
        const index_t count = std::min(part.tokens(), seen);
        for (index_t first = 0; first < count;) {
            const index_t chunk = part.chunk(first, count);
            part.score(state, first, chunk);
            state.weigh(before + first, chunk);
            part.blend(state, first, chunk);
            first += chunk;
        }
        before += part.tokens();
    };
    (through(parts), ...);
}

/// result(r) = sum_t p_t value t, p = softmax(query r K^T / sqrt(width)) over the tokens that query
/// r sees, counted through the parts in turn. No key or value is unpacked to memory; scores go in
/// chunks. The sums of a query do not depend on its neighbours.
///
/// Error:  floats: |error| <= 2^-22 (log2 chunks + width sum_d |q_d k_d| + 64) max |value|.
/// Memory: attention_state<Rows>::floats(width) of the caller.
template <index_t Rows, attention_part... Parts>
void attend(const attention_query* queries,  // [Rows]
            index_t width,
            float* memory,
            const Parts&... parts) {
    attention_state<Rows> state{queries, width, memory};
    attend_parts(state, 0, parts...);
    state.finish(queries);
}

/// The same for any number of queries: `query_at(i)` gives query i of `count`.
template <index_t Rows = attention_rows, class QueryAt, attention_part... Parts>
void attend_all(
    index_t count, QueryAt&& query_at, index_t width, float* memory, const Parts&... parts) {
    index_t done = 0;
    for (; done + Rows <= count; done += Rows) {
        attention_query queries[Rows];
        for (index_t r = 0; r < Rows; ++r) {
            queries[r] = query_at(done + r);
        }
        attend<Rows>(queries, width, memory, parts...);
    }
    if constexpr (Rows > 1) {
        attend_all<Rows / 2>(
            count - done, [&](index_t i) { return query_at(done + i); }, width, memory, parts...);
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Causal attention over a packed cache by vectors; the definition is kv_attention.hpp.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/kernels/kv_part.hpp>
#include <gradus/kernels/row_part.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Floats of working memory for `attend_kv`, which begins at 64 bytes.
[[nodiscard]] inline index_t kv_attention_floats(const kv_block_shape& shape) {
    return shape.heads * attention_state<attention_rows>::floats(shape.width);
}

/// out = softmax(q K^T / sqrt(width)) V for the last queries.rows tokens of the cache, causally, on
/// keys and values as they are stored. Heads are shared out by the executor, and results do not
/// depend on it. Query heads h s ... h s + s - 1 share head h and each load of its codes.
///
/// Error: attention_schemes.hpp for scores and results; `exact`: of f32 sums.
template <class Float, attention_scheme S = exact_attention, executor E = const serial>
void attend_kv(const kv_view<Float>& view,
               matrix_view<const float> queries,  // [tokens, query heads * width]
               matrix_view<float> out,            // [tokens, query heads * width]
               std::span<float> memory,           // [kv_attention_floats(view.shape)]
               const S& = {},
               E&& threads = serial{}) {
    const kv_block_shape& shape = view.shape;
    GRADUS_EXPECT(queries.rows == out.rows && queries.cols == out.cols);
    GRADUS_EXPECT(queries.rows <= view.length());
    GRADUS_EXPECT(queries.cols % (shape.heads * shape.width) == 0);
    GRADUS_EXPECT(memory.size() >= kv_attention_floats(shape));
    const index_t sharing = queries.cols / (shape.heads * shape.width);
    const index_t before = view.length() - queries.rows;
    const kv_places places{shape};
    threads.for_each(shape.heads, [&](index_t head) {
        const auto query_at = [&](index_t row) -> attention_query {
            const index_t token = row / sharing;
            const index_t col = (head * sharing + row % sharing) * shape.width;
            return {&queries(token, col), &out(token, col), before + token + 1};
        };
        const row_part<Float> sinks{view.sinks.head_keys(head, shape.width),
                                    view.sinks.head_values(head, shape.width)};
        const row_part<Float> recent{view.recent.head_keys(head, shape.width),
                                     view.recent.head_values(head, shape.width)};
        const kv_part<Float, S> packed{view, places, head};
        const index_t floats = attention_state<attention_rows>::floats(shape.width);
        attend_all(queries.rows * sharing, query_at, shape.width, &memory[head * floats], sinks,
                   packed, recent);
    });
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Causal attention over a packed cache by vectors; the definition is kv_attention.hpp.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/kernels/kv_ranges.hpp>
#include <gradus/kernels/row_part.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Floats of working memory for `attend_kv`, which begins at 64 bytes, of a cache of up to `tokens`
/// packed tokens: with less of it a long cache is not cut into pieces.
[[nodiscard]] inline index_t kv_attention_floats(const kv_block_shape& shape, index_t tokens = 0) {
    const index_t pieces = kv_ranges::of(shape, tokens).count;
    if (pieces > 1) { return shape.heads * pieces * kv_ranges::floats(shape.width); }
    return shape.heads * attention_state<attention_rows>::floats(shape.width);
}

/// All that attention to one head takes.
template <class Float, attention_scheme S> struct kv_head_work {
    const kv_view<Float>& view;
    const kv_places& places;
    matrix_view<const float> queries;
    matrix_view<float> out;

    [[nodiscard]] index_t sharing() const {
        return queries.cols / (view.shape.heads * view.shape.width);
    }

    [[nodiscard]] index_t rows() const { return queries.rows * sharing(); }

    [[nodiscard]] attention_query query(index_t head, index_t row) const {
        const index_t token = row / sharing();
        const index_t col = (head * sharing() + row % sharing()) * view.shape.width;
        return {&queries(token, col), &out(token, col), view.length() - queries.rows + token + 1};
    }

    [[nodiscard]] row_part<Float> floats(const kv_rows<Float>& rows, index_t head) const {
        return {rows.head_keys(head, view.shape.width), rows.head_values(head, view.shape.width)};
    }

    /// The whole cache at once.
    void attend(index_t head, float* memory) const {
        const kv_part<Float, S> packed{view, places, head};
        attend_all(
            rows(), [&](index_t row) { return query(head, row); }, view.shape.width, memory,
            floats(view.sinks, head), packed, floats(view.recent, head));
    }

    /// Piece `i` of the packed tokens, with the sinks before the first and the recent tokens behind
    /// the last; sums go behind the working memory.
    void attend_piece(index_t head, index_t i, const kv_ranges& cut, float* memory) const {
        const kv_part<Float, S> packed{view, places, head};
        const index_t from = i * cut.tokens;
        const range_part<kv_part<Float, S>> piece{packed, from,
                                                  std::min(cut.tokens, view.packed - from)};
        row_part<Float> sinks = floats(view.sinks, head);
        row_part<Float> recent = floats(view.recent, head);
        if (i != 0) { sinks.keys.rows = 0; }
        if (i + 1 != cut.count) { recent.keys.rows = 0; }
        const index_t width = view.shape.width;
        float* const sums = memory + attention_state<attention_rows>::floats(width);
        const index_t before = i == 0 ? 0 : view.sinks.count + from;
        each_of<attention_rows>(
            head, 0,
            [&](auto& state, index_t row) {
                attend_parts(state, before, sinks, piece, recent);
                state.save(sums + row * kv_ranges::sums_of(width), kv_ranges::sums_of(width));
            },
            memory);
    }

    /// The results, from the sums of all pieces.
    void merge(index_t head, const kv_ranges& cut, const float* memory) const {
        const index_t width = view.shape.width;
        const float* const sums = memory + attention_state<attention_rows>::floats(width);
        for (index_t row = 0; row < rows(); ++row) {
            merge_ranges(sums + row * kv_ranges::sums_of(width), cut.count,
                         kv_ranges::floats(width), width, query(head, row).result);
        }
    }

  private:
    /// f(state, first row) for all rows, `Rows` at a time and what is left over in halves.
    template <index_t Rows, class F>
    void each_of(index_t head, index_t row, F&& f, float* memory) const {
        for (; row + Rows <= rows(); row += Rows) {
            attention_query some[Rows];
            for (index_t r = 0; r < Rows; ++r) {
                some[r] = query(head, row + r);
            }
            attention_state<Rows> state{some, view.shape.width, memory};
            f(state, row);
        }
        if constexpr (Rows > 1) { each_of<Rows / 2>(head, row, f, memory); }
    }
};

/// out = softmax(q K^T / sqrt(width)) V for the last queries.rows tokens of the cache, causally, on
/// keys and values as they are stored. Query heads h s ... h s + s - 1 share head h and each load
/// of its codes. Heads are shared out by the executor; the few queries of one step over a long
/// cache also by pieces of it (kv_ranges), which are merged in their order. Where it is cut depends
/// on shape, length and `memory`, so results do not depend on the executor.
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
    const kv_places places{shape};
    const kv_head_work<Float, S> work{view, places, queries, out};
    const kv_ranges cut = kv_ranges::of(shape, view.packed);
    const bool pieces = cut.count > 1 && work.rows() <= kv_ranges::most_rows &&
                        memory.size() >= kv_attention_floats(shape, view.packed);
    if (!pieces) {
        const index_t floats = attention_state<attention_rows>::floats(shape.width);
        return threads.for_each(shape.heads,
                                [&](index_t head) { work.attend(head, &memory[head * floats]); });
    }
    const index_t floats = kv_ranges::floats(shape.width);
    threads.for_each(shape.heads * cut.count, [&](index_t i) {
        work.attend_piece(i / cut.count, i % cut.count, cut, &memory[i * floats]);
    });
    for (index_t head = 0; head < shape.heads; ++head) {
        work.merge(head, cut, &memory[head * cut.count * floats]);
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Keys and values kept as f32 or f16.
#pragma once

#include <gradus/cache/cache_shape.hpp>
#include <gradus/concepts/kv_cache.hpp>
#include <gradus/core/aligned_buffer.hpp>
#include <gradus/core/executor.hpp>
#include <gradus/core/half.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/attention.hpp>
#include <gradus/kernels/float_part.hpp>

#include <algorithm>
#include <concepts>

namespace gradus {
inline namespace GRADUS_ISA {

/// Allocates at construction only. Tokens lie in blocks (float_block.hpp), by head, so that one
/// head's attention reads one stream; their number is rounded up to 32, the width of values to 16.
/// As f16, magnitudes beyond 65504 become infinite.
template <class T>
    requires(std::same_as<T, float> || std::same_as<T, f16>)
class float_cache {
  public:
    static constexpr key_storage keys = key_storage::after_position;

    explicit float_cache(cache_shape shape)
        : shape_{shape},
          rows_{float_block::whole_tiles(shape.capacity)},
          head_size_{rows_ * float_block{shape.width, 0}.token_size()},
          memory_{shape.heads * attention_state<attention_rows>::floats(shape.width) *
                  sizeof(float)},
          blocks_{shape.heads * head_size_ * sizeof(T)} {
        GRADUS_EXPECT(shape.heads > 0 && shape.width > 0);
    }

    /// Adds tokens at the end; heads lie side by side in a row.
    void append(matrix_view<const float> new_keys,      // [tokens, heads * width]
                matrix_view<const float> new_values) {  // [tokens, heads * width]
        GRADUS_EXPECT(new_keys.rows == new_values.rows && new_keys.cols == new_values.cols);
        GRADUS_EXPECT(new_keys.cols == shape_.heads * shape_.width);
        GRADUS_EXPECT(length_ + new_keys.rows <= shape_.capacity);
        for (index_t t = 0; t < new_keys.rows; ++t, ++length_) {
            for (index_t head = 0; head < shape_.heads; ++head) {
                const index_t from = head * shape_.width;
                store_token(head, &new_keys(t, from), &new_values(t, from));
            }
        }
    }

    /// out = softmax(q K^T / sqrt(width)) V for the last queries.rows tokens, causally. Heads are
    /// shared out by the executor; results do not depend on it.
    template <executor E = const serial>
    void attend(matrix_view<const float> queries,  // [tokens, query heads * width]
                matrix_view<float> out,            // [tokens, query heads * width]
                E&& threads = serial{}) {
        GRADUS_EXPECT(queries.rows == out.rows && queries.cols == out.cols);
        GRADUS_EXPECT(queries.rows <= length_);
        GRADUS_EXPECT(queries.cols % (shape_.heads * shape_.width) == 0);
        threads.for_each(shape_.heads, [&](index_t head) { attend_head(head, queries, out); });
    }

    [[nodiscard]] index_t length() const noexcept { return length_; }

    [[nodiscard]] index_t capacity() const noexcept { return shape_.capacity; }

    /// Keys and values as allocated, padding included; not the working memory.
    [[nodiscard]] index_t size_in_bytes() const noexcept { return blocks_.size(); }

    void truncate(index_t length) {
        GRADUS_EXPECT(length <= length_);
        length_ = length;
    }

    void reset() noexcept { length_ = 0; }

  private:
    template <class Stored> [[nodiscard]] static Stored* values_in(aligned_buffer& buffer) {
        return static_cast<Stored*>(static_cast<void*>(buffer.bytes().data()));
    }

    [[nodiscard]] T* blocks_of(index_t head) { return values_in<T>(blocks_) + head * head_size_; }

    [[nodiscard]] static T stored(float x) {
        if constexpr (std::same_as<T, float>) {
            return x;
        } else {
            return T::from(x);
        }
    }

    void store_token(index_t head, const float* key, const float* value) {
        const index_t token = length_ % float_block::most;
        const float_block place = float_block::at(length_ - token, rows_, shape_.width);
        T* const block = blocks_of(head) + (length_ - token) * place.token_size();
        for (index_t d = 0; d < shape_.width; ++d) {
            block[place.key(token) + d * float_block::tile] = stored(key[d]);
        }
        for (index_t d = 0; d < shape_.width; d += float_block::slab) {
            const index_t count = std::min(float_block::slab, shape_.width - d);
            std::transform(value + d, value + d + count, block + place.value(token, d), stored);
        }
    }

    /// Rows of work are (token, query head) pairs that share this head.
    void attend_head(index_t head, matrix_view<const float> queries, matrix_view<float> out) {
        const index_t sharing = queries.cols / (shape_.heads * shape_.width);
        const index_t before = length_ - queries.rows;
        const auto query_at = [&](index_t row) -> attention_query {
            const index_t token = row / sharing;
            const index_t col = (head * sharing + row % sharing) * shape_.width;
            return {&queries(token, col), &out(token, col), before + token + 1};
        };
        const float_part<T> part{blocks_of(head), length_, rows_};
        float* const memory = values_in<float>(memory_) +
                              head * attention_state<attention_rows>::floats(shape_.width);
        attend_all(queries.rows * sharing, query_at, shape_.width, memory, part);
    }

    cache_shape shape_;
    index_t rows_;       // tokens of a head, whole tiles
    index_t head_size_;  // values of a head
    index_t length_ = 0;
    aligned_buffer memory_;
    aligned_buffer blocks_;
};

static_assert(kv_cache<float_cache<float>> && kv_cache<float_cache<f16>>);

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Keys and values kept as floats: the exact cache that others are measured against.
#pragma once

#include <gradus/concepts/kv_cache.hpp>
#include <gradus/core/aligned_buffer.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/f32_attention.hpp>

#include <algorithm>
#include <cmath>

namespace gradus {
inline namespace GRADUS_ISA {

/// The shape of a cache: heads of keys and values, their width, and the longest sequence.
struct cache_shape {
    index_t heads;
    index_t width;
    index_t capacity;
};

/// Allocates at construction only. Keys are stored in tiles of 16 tokens (see f32_attention.hpp),
/// values by token, padded to 16; both by head, so that one head's attention reads one block.
class f32_cache {
  public:
    static constexpr key_storage keys = key_storage::after_position;

    explicit f32_cache(cache_shape shape)
        : shape_{shape},
          key_rows_{padded(shape.capacity)},
          value_stride_{padded(shape.width)},
          scores_{attention_rows * key_rows_ * sizeof(float)},
          keys_{shape.heads * key_rows_ * shape.width * sizeof(float)},
          values_{shape.heads * shape.capacity * value_stride_ * sizeof(float)} {
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

    /// out = softmax(q K^T / sqrt(width)) V for the last queries.rows tokens, causally.
    void attend(matrix_view<const float> queries,  // [tokens, query heads * width]
                matrix_view<float> out) {          // [tokens, query heads * width]
        GRADUS_EXPECT(queries.rows == out.rows && queries.cols == out.cols);
        GRADUS_EXPECT(queries.rows <= length_);
        GRADUS_EXPECT(queries.cols % (shape_.heads * shape_.width) == 0);
        const index_t sharing = queries.cols / (shape_.heads * shape_.width);
        for (index_t head = 0; head < shape_.heads; ++head) {
            attend_head(head, sharing, queries, out);
        }
    }

    [[nodiscard]] index_t length() const noexcept { return length_; }

    [[nodiscard]] index_t capacity() const noexcept { return shape_.capacity; }

    /// Keys and values as allocated, padding included; not the scratch for scores.
    [[nodiscard]] index_t size_in_bytes() const noexcept { return keys_.size() + values_.size(); }

    void truncate(index_t length) {
        GRADUS_EXPECT(length <= length_);
        length_ = length;
    }

    void reset() noexcept { length_ = 0; }

  private:
    [[nodiscard]] static index_t padded(index_t n) {
        return (n + simd::lanes - 1) / simd::lanes * simd::lanes;
    }

    [[nodiscard]] static float* as_floats(aligned_buffer& buffer) {
        return static_cast<float*>(static_cast<void*>(buffer.bytes().data()));
    }

    [[nodiscard]] float* key_tiles(index_t head) {
        return as_floats(keys_) + head * key_rows_ * shape_.width;
    }

    [[nodiscard]] float* value_rows(index_t head) {
        return as_floats(values_) + head * shape_.capacity * value_stride_;
    }

    void store_token(index_t head, const float* key, const float* value) {
        const index_t tile = length_ / simd::lanes * simd::lanes;
        float* lane = key_tiles(head) + tile * shape_.width + length_ % simd::lanes;
        for (index_t d = 0; d < shape_.width; ++d) {
            lane[d * simd::lanes] = key[d];
        }
        std::copy_n(value, shape_.width, value_rows(head) + length_ * value_stride_);
    }

    /// Rows of work are (token, query head) pairs that share this head.
    void attend_head(index_t head,
                     index_t sharing,
                     matrix_view<const float> queries,
                     matrix_view<float> out) {
        const float scale = 1.0f / std::sqrt(static_cast<float>(shape_.width));
        const attention_head held{key_tiles(head), value_rows(head), shape_.width, value_stride_,
                                  scale};
        const matrix_view<float> scores{as_floats(scores_), attention_rows, key_rows_};
        const index_t before = length_ - queries.rows;
        const auto query_at = [&](index_t row) -> attention_query {
            const index_t token = row / sharing;
            const index_t col = (head * sharing + row % sharing) * shape_.width;
            return {&queries(token, col), &out(token, col), before + token + 1};
        };
        attention_query rows[attention_rows];
        const index_t count = queries.rows * sharing;
        index_t row = 0;
        for (; row + attention_rows <= count; row += attention_rows) {
            for (index_t r = 0; r < attention_rows; ++r) {
                rows[r] = query_at(row + r);
            }
            attend_rows<attention_rows>(held, rows, scores);
        }
        for (; row < count; ++row) {
            rows[0] = query_at(row);
            attend_rows<1>(held, rows, scores);
        }
    }

    cache_shape shape_;
    index_t key_rows_;      // tokens, rounded up to whole tiles
    index_t value_stride_;  // width, rounded up to whole vectors
    index_t length_ = 0;
    aligned_buffer scores_;
    aligned_buffer keys_;
    aligned_buffer values_;
};

static_assert(kv_cache<f32_cache>);

}  // namespace GRADUS_ISA
}  // namespace gradus

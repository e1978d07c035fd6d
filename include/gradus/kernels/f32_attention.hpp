// SPDX-License-Identifier: MIT
// Causal attention of a few queries over the float keys and values of one head.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/f32_softmax.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Queries that share each load of a key or value; as many as keep their sums in registers.
inline constexpr index_t attention_rows = simd::parts == 1 ? 8 : 4;

/// One head of a cache. Keys lie in tiles of 16 tokens, dimension by dimension, so that one vector
/// holds one dimension of 16 keys and a score needs no sum over lanes.
struct attention_head {
    const float* keys;     ///< [ceil(tokens / 16), width, 16]
    const float* values;   ///< [tokens, value_stride]
    index_t width;         ///< of a key, a value and a query
    index_t value_stride;  ///< a multiple of 16, at least `width`
    float scale;           ///< of the scores, 1 / sqrt(width)
};

/// One query: where it is, where its result goes, how many of the oldest tokens it sees (>= 1).
struct attention_query {
    const float* query;  ///< [width]
    float* result;       ///< [width]
    index_t visible;
};

/// scores(r, t) = scale * <query r, key t> for t < visible(r), -infinity beyond.
template <index_t Rows>
void score_keys(const attention_head& head,
                const attention_query* queries,  // [Rows]
                index_t tokens,                  // a multiple of 16
                matrix_view<float> scores) {     // [Rows, >= tokens]
    constexpr float unseen = -std::numeric_limits<float>::infinity();
    static constexpr float numbers[simd::lanes] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                   8, 9, 10, 11, 12, 13, 14, 15};
    const auto lane = simd::f32x16::load(numbers);
    for (index_t first = 0; first < tokens; first += simd::lanes) {
        const float* tile = head.keys + first * head.width;
        simd::f32x16 total[Rows];
        for (index_t r = 0; r < Rows; ++r) {
            total[r] = 0.0f;
        }
        for (index_t d = 0; d < head.width; ++d) {
            const auto keys = simd::f32x16::load(tile + d * simd::lanes);
            for (index_t r = 0; r < Rows; ++r) {
                total[r] = fused(queries[r].query[d], keys, total[r]);
            }
        }
        for (index_t r = 0; r < Rows; ++r) {
            const float end = static_cast<float>(queries[r].visible) - static_cast<float>(first);
            either(lane < end, total[r] * head.scale, unseen).store(&scores(r, first));
        }
    }
}

/// result(r) = factor(r) * sum_t weights(r, t) * value t over the first `tokens` tokens.
template <index_t Rows>
void blend_values(const attention_head& head,
                  const attention_query* queries,    // [Rows]
                  matrix_view<const float> weights,  // [Rows, >= tokens]
                  index_t tokens,
                  const float* factor) {  // [Rows]
    for (index_t d = 0; d < head.width; d += simd::lanes) {
        simd::f32x16 total[Rows];
        for (index_t r = 0; r < Rows; ++r) {
            total[r] = 0.0f;
        }
        for (index_t t = 0; t < tokens; ++t) {
            const auto values = simd::f32x16::load(head.values + t * head.value_stride + d);
            for (index_t r = 0; r < Rows; ++r) {
                total[r] = fused(weights.data[r * weights.stride + t], values, total[r]);
            }
        }
        for (index_t r = 0; r < Rows; ++r) {
            const simd::f32x16 blended = total[r] * factor[r];
            const index_t rest = head.width - d;
            if (rest < simd::lanes) {
                store_first(blended, queries[r].result + d, rest);
            } else {
                blended.store(queries[r].result + d);
            }
        }
    }
}

/// softmax(scale * Q K^T) V for `Rows` queries of one head, in two passes over the scores.
/// The sums of a query do not depend on its neighbours. Does not allocate.
template <index_t Rows>
void attend_rows(const attention_head& head,
                 const attention_query* queries,  // [Rows]
                 matrix_view<float> scores) {     // [>= Rows, >= tokens rounded up to 16]
    index_t tokens = 0;
    for (index_t r = 0; r < Rows; ++r) {
        tokens = std::max(tokens, queries[r].visible);
    }
    const index_t padded = (tokens + simd::lanes - 1) / simd::lanes * simd::lanes;
    GRADUS_EXPECT(scores.rows >= Rows && scores.cols >= padded);
    score_keys<Rows>(head, queries, padded, scores);
    float factor[Rows];
    for (index_t r = 0; r < Rows; ++r) {
        const std::span<float> row = scores.row(r).first(padded);
        factor[r] = static_cast<float>(1.0 / exponentiate(row, largest(row)));
    }
    blend_values<Rows>(head, queries, scores, tokens, factor);
}

}  // namespace GRADUS_ISA
}  // namespace gradus

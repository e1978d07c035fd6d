// SPDX-License-Identifier: MIT
// Queries that go through the tokens of a cache together: their place, softmax and sums.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/kernels/f32_exp2.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>

namespace gradus {
inline namespace GRADUS_ISA {

/// Queries that share each load of a key or value: as many as keep their sums in registers.
inline constexpr index_t attention_rows = simd::parts == 1 ? 8 : 4;

/// Tokens whose scores are held at once: their keys and values stay in the first two caches.
inline constexpr index_t attention_chunk = 128;

/// Floats behind a row of scores or results that a tile of 32 lanes may touch.
inline constexpr index_t attention_slack = 32;

/// One query: where it is, where its result goes, how many of the oldest tokens it sees (>= 1).
struct attention_query {
    const float* query;  ///< [width]
    float* result;       ///< [width]
    index_t visible;
};

/// The working memory of `Rows` queries, in memory of the caller: see `floats`.
///
/// Softmax in one pass: p_t = 2^(s_t - m) with m the largest score so far; when m grows, the sums
/// so far shrink by 2^(m - m'). Scores carry the factor log2 e / sqrt(width) of the queries.
/// Source: Milakov, Gimelshein 2018, arXiv:1805.02867 (online normalizer).
template <index_t Rows> class attention_state {
  public:
    /// Working memory for queries of `width`, in floats; it begins at 64 bytes.
    [[nodiscard]] static constexpr index_t floats(index_t width) {
        return Rows * (2 * (padded(width) + attention_slack) + attention_chunk + attention_slack);
    }

    attention_state(const attention_query* queries, index_t width, float* memory)
        : width_{width},
          stride_{padded(width) + attention_slack},
          query_{memory},
          result_{query_ + Rows * stride_},
          weights_{result_ + Rows * stride_} {
        const float scale = std::numbers::log2e_v<float> / std::sqrt(static_cast<float>(width));
        for (index_t r = 0; r < Rows; ++r) {
            for (index_t d = 0; d < width; ++d) {
                query_[r * stride_ + d] = queries[r].query[d] * scale;
            }
            std::fill(query_ + r * stride_ + width, query_ + (r + 1) * stride_, 0.0f);
            visible_[r] = queries[r].visible;
            most_visible_ = std::max(most_visible_, visible_[r]);
            highest_[r] = -std::numeric_limits<float>::infinity();
            total_[r] = 0.0;
        }
        std::fill_n(result_, Rows * stride_, 0.0f);
    }

    [[nodiscard]] GRADUS_INLINE index_t width() const { return width_; }

    /// Queries, scaled: [Rows][stride()], zeros behind the width.
    [[nodiscard]] GRADUS_INLINE const float* queries() const { return query_; }

    /// Scores, and after `weigh` weights: [Rows][weight_stride].
    [[nodiscard]] GRADUS_INLINE float* weights() const { return weights_; }

    /// Sums of weighted values: [Rows][stride()].
    [[nodiscard]] GRADUS_INLINE float* results() const { return result_; }

    static constexpr index_t weight_stride = attention_chunk + attention_slack;

    /// From one query, or one result, to the next.
    [[nodiscard]] GRADUS_INLINE index_t stride() const { return stride_; }

    /// Tokens that any of the queries sees.
    [[nodiscard]] index_t visible() const { return most_visible_; }

    /// Scores of the tokens [first, first + count) to weights, zeros up to a whole vector.
    void weigh(index_t first, index_t count) {
        for (index_t r = 0; r < Rows; ++r) {
            const index_t seen = visible_[r] > first ? std::min(visible_[r] - first, count) : 0;
            weigh_row(r, seen, (count + simd::lanes - 1) / simd::lanes * simd::lanes);
        }
    }

    /// What later tokens would go on from: [Rows, stride] of width sums, the largest score and the
    /// sum of weights (a double in the place of two floats).
    void save(float* to, index_t stride) const {
        for (index_t r = 0; r < Rows; ++r, to += stride) {
            std::copy_n(result_ + r * stride_, width_, to);
            to[width_] = highest_[r];
            std::memcpy(to + width_ + 1, &total_[r], sizeof total_[r]);
        }
    }

    /// The results, divided by the sum of their weights.
    void finish(const attention_query* queries) const {
        for (index_t r = 0; r < Rows; ++r) {
            const auto factor = static_cast<float>(1.0 / total_[r]);
            for (index_t d = 0; d < width_; ++d) {
                queries[r].result[d] = result_[r * stride_ + d] * factor;
            }
        }
    }

  private:
    [[nodiscard]] static constexpr index_t padded(index_t n) {
        return (n + simd::lanes - 1) / simd::lanes * simd::lanes;
    }

    void weigh_row(index_t r, index_t seen, index_t padded_count) {
        float* const row = weights_ + r * weight_stride;
        std::fill(row + seen, row + padded_count, -std::numeric_limits<float>::infinity());
        if (seen == 0) {
            std::fill_n(row, padded_count, 0.0f);
            return;
        }
        simd::f32x16 most = highest_[r];
        for (index_t t = 0; t < padded_count; t += simd::lanes) {
            most = greatest(simd::f32x16::load(row + t), most);
        }
        const float highest = simd::largest_lane(most);
        if (highest != highest_[r]) { shrink(r, highest); }
        simd::f32x16 sums = 0.0f;
        for (index_t t = 0; t < padded_count; t += simd::lanes) {
            const auto weight = power_of_two(simd::f32x16::load(row + t) - simd::f32x16{highest});
            weight.store(row + t);
            sums = sums + weight;
        }
        total_[r] += static_cast<double>(sum(sums));
    }

    void shrink(index_t r, float highest) {
        const simd::f32x16 by = power_of_two(simd::f32x16{highest_[r] - highest});
        float* const row = result_ + r * stride_;
        for (index_t d = 0; d < width_; d += simd::lanes) {
            (simd::f32x16::load(row + d) * by).store(row + d);
        }
        float lanes[simd::lanes];
        by.store(lanes);
        total_[r] *= static_cast<double>(lanes[0]);
        highest_[r] = highest;
    }

    index_t width_;
    index_t stride_;
    float* query_;
    float* result_;
    float* weights_;
    index_t most_visible_ = 0;
    index_t visible_[Rows];
    float highest_[Rows];
    double total_[Rows];
};

}  // namespace GRADUS_ISA
}  // namespace gradus

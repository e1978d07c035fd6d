// SPDX-License-Identifier: MIT
// The working memory of a packed cache, and what it remembers of attention.
#pragma once

#include <gradus/cache/bit_chooser.hpp>
#include <gradus/cache/kv_float_rows.hpp>
#include <gradus/concepts/rotation.hpp>
#include <gradus/core/aligned_buffer.hpp>
#include <gradus/kernels/attend_kv.hpp>
#include <gradus/kernels/kv_attention.hpp>
#include <gradus/rotation/identity.hpp>

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Allocates at construction only.
class kv_seat {
  public:
    /// Queries that share a unit while it is decoded.
    static constexpr index_t rows_at_once = 32;

    /// `tokens`: capacity of the cache.
    kv_seat(const kv_block_shape& shape, index_t recent, index_t sinks, index_t tokens, bool tracks)
        : width_{shape.width},
          recent_{recent},
          part_{std::max({shape.tokens, recent, sinks})},
          codes_(shape.tokens * shape.width),
          unit_(shape.tokens * shape.width),
          weights_(rows_at_once * part_),
          scores_(weights_.size()),
          queries_(rows_at_once * shape.width),
          results_(rows_at_once * shape.width),
          highest_(rows_at_once),
          total_(rows_at_once),
          floats_{kv_attention_floats(shape, tokens) * sizeof(float)},
          keys_(shape.tokens * shape.heads * shape.width),
          values_(keys_.size()),
          attention_(tracks ? shape.heads * recent : 0),
          oldest_(tracks ? shape.heads * shape.tokens : 0) {}

    /// By vectors. Rotated queries wait in the place of their results, which attention writes after
    /// it has read them.
    template <class Float, attention_scheme Scheme, rotation Rotation, executor E>
    void attend(const kv_view<Float>& view,
                matrix_view<const float> queries,  // [tokens, query heads * width]
                matrix_view<float> out,
                const Scheme& scheme,
                const Rotation& turn,
                bool turned_values,
                E& threads) {
        auto* first = static_cast<float*>(static_cast<void*>(floats_.bytes().data()));
        const std::span<float> floats{first, floats_.size() / sizeof(float)};
        if constexpr (std::is_same_v<Rotation, identity>) {
            attend_kv(view, queries, out, floats, scheme, threads);
        } else {
            const auto each_head = [&](auto&& turned) {
                for (index_t row = 0; row < out.rows; ++row) {
                    for (index_t col = 0; col < out.cols; col += width_) {
                        turned(out.row(row).subspan(col, width_));
                    }
                }
            };
            for (index_t row = 0; row < out.rows; ++row) {
                std::copy_n(queries.row(row).begin(), out.cols, out.row(row).begin());
            }
            each_head([&](std::span<float> x) { turn.apply(x); });
            attend_kv(view, matrix_view<const float>{out}, out, floats, scheme, threads);
            if (turned_values) {
                each_head([&](std::span<float> x) { turn.invert(x); });
            }
        }
    }

    /// By the definition: the queries of one head's group over all that it sees.
    template <class Float, rotation Rotation>
    void attend_as_defined(const kv_view<Float>& view,
                           index_t head,
                           matrix_view<const float> queries,  // [tokens, query heads * width]
                           matrix_view<float> out,
                           const Rotation& turn,
                           bool turned_values) {
        const index_t sharing = queries.cols / (view.shape.heads * width_);
        const index_t before = view.length() - queries.rows;
        const index_t count = queries.rows * sharing;
        kv_query rows[rows_at_once];
        for (index_t first = 0; first < count; first += rows_at_once) {
            const index_t here = std::min(rows_at_once, count - first);
            for (index_t r = 0; r < here; ++r) {
                const index_t token = (first + r) / sharing;
                const index_t col = (head * sharing + (first + r) % sharing) * width_;
                const std::span<float> query{&queries_[r * width_], width_};
                std::copy_n(&queries(token, col), width_, query.begin());
                turn.apply(query);
                rows[r] = {query.data(), &out(token, col), before + token + 1};
            }
            attend_kv_head(view, head, std::span<const kv_query>{rows, here}, memory());
            for (index_t r = 0; turned_values && r < here; ++r) {
                turn.invert({rows[r].result, width_});
            }
            remember_attention(head, here, view.recent.count, view.packed % view.shape.tokens);
        }
    }

    /// The answer of a cache that has none.
    static void fill_with_nan(matrix_view<float> out) {
        for (index_t r = 0; r < out.rows; ++r) {
            std::fill_n(out.row(r).begin(), out.cols, std::numeric_limits<float>::quiet_NaN());
        }
    }

    /// The oldest `count` tokens of `recent`, as floats.
    template <class Float>
    [[nodiscard]] kv_block_values gather(const kv_float_rows<Float>& recent,
                                         index_t count,
                                         index_t layer,
                                         index_t first,
                                         const kv_block_shape& shape) {
        const index_t cols = shape.heads * shape.width;
        for (index_t t = 0; t < count; ++t) {
            recent.read(t, &keys_[t * cols], &values_[t * cols]);
        }
        matrix_view<const float> attention;
        if (!attention_.empty()) {
            for (index_t head = 0; head < shape.heads; ++head) {
                std::copy_n(&attention_[head * recent_], count, &oldest_[head * count]);
            }
            attention = {oldest_.data(), shape.heads, count};
        }
        return {layer,    first, shape, {keys_.data(), count, cols}, {values_.data(), count, cols},
                attention};
    }

    /// Room for a block: keys and values, [tokens, heads * width] each.
    [[nodiscard]] float* keys() noexcept { return keys_.data(); }

    [[nodiscard]] float* values() noexcept { return values_.data(); }

    /// The oldest `n` recent tokens are gone.
    void drop_attention(index_t n) {
        for (auto row = attention_.begin(); row != attention_.end(); row += stride()) {
            std::copy(row + static_cast<std::ptrdiff_t>(n), row + stride(), row);
            std::fill(row + stride() - static_cast<std::ptrdiff_t>(n), row + stride(), 0.0f);
        }
    }

    /// Only the oldest `n` recent tokens are left.
    void forget_attention(index_t n) {
        for (auto row = attention_.begin(); row != attention_.end(); row += stride()) {
            std::fill(row + static_cast<std::ptrdiff_t>(n), row + stride(), 0.0f);
        }
    }

  private:
    [[nodiscard]] std::ptrdiff_t stride() const { return static_cast<std::ptrdiff_t>(recent_); }

    [[nodiscard]] kv_attention_memory memory() {
        return {codes_, unit_, weights_, scores_, results_, highest_, total_, part_};
    }

    /// Of the tokens behind a packed tail: the others were not attended as floats.
    void remember_attention(index_t head, index_t rows, index_t recent, index_t tail) {
        if (attention_.empty()) { return; }
        float* most = &attention_[head * recent_ + tail];
        for (index_t r = 0; r < rows; ++r) {
            const double total = total_[r];
            for (index_t t = 0; t < recent; ++t) {
                const double weight = static_cast<double>(weights_[r * part_ + t]);
                most[t] = std::max(most[t], static_cast<float>(weight / total));
            }
        }
    }

    index_t width_;
    index_t recent_;  // slots
    index_t part_;
    std::vector<code_t> codes_;
    std::vector<float> unit_;
    std::vector<float> weights_;   // [rows_at_once, part_]
    std::vector<double> scores_;   // likewise
    std::vector<float> queries_;   // [rows_at_once, width], rotated
    std::vector<double> results_;  // [rows_at_once, width]
    std::vector<double> highest_;
    std::vector<double> total_;
    aligned_buffer floats_;    // of attend_kv
    std::vector<float> keys_;  // [tokens of a block, heads * width]
    std::vector<float> values_;
    std::vector<float> attention_;  // [heads, slots]: largest weight that a recent token got
    std::vector<float> oldest_;     // [heads, tokens of a block]
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Attention over a packed cache, written out: what faster kernels are measured against.
#pragma once

#include <gradus/core/exponential.hpp>
#include <gradus/kernels/kv_view.hpp>
#include <gradus/kernels/load_activations.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace gradus {
inline namespace GRADUS_ISA {

/// One query of a head's group.
struct kv_query {
    const float* query;  ///< [width]
    float* result;       ///< [width]
    index_t visible;     ///< oldest tokens that it sees, at least 1
};

/// Working memory of `attend_kv_head`, of the caller: room for one unit, for the scores of one part
/// and for the sums of `rows` queries.
struct kv_attention_memory {
    std::span<code_t> codes;    ///< [largest unit]
    std::span<float> unit;      ///< [largest unit]
    std::span<float> weights;   ///< [rows, part]
    std::span<double> scores;   ///< [rows, part], while groups of channels add to them
    std::span<double> results;  ///< [rows, width]
    std::span<double> highest;  ///< [rows]
    std::span<double> total;    ///< [rows]
    index_t part = 0;           ///< tokens of the largest part: a block, or all sinks or recent

    [[nodiscard]] float& weight(index_t row, index_t token) const {
        return weights[row * part + token];
    }
};

/// Sums so far of some queries of one head: online softmax, part by part.
///
/// All products are of two floats, exact in double, and sums run in the order of channels and
/// tokens: the same bits on every machine. Weights are rounded to float.
/// Error:  2^-24 relative in each weight: at most 2^-23 max |value| in a result.
/// Source: Milakov, Gimelshein 2018, arXiv:1805.02867.
struct kv_softmax {
    std::span<const kv_query> rows;
    index_t width;
    kv_attention_memory memory;

    void start() const {
        std::fill_n(memory.results.begin(), rows.size() * width, 0.0);
        std::fill_n(memory.highest.begin(), rows.size(), -std::numeric_limits<double>::infinity());
        std::fill_n(memory.total.begin(), rows.size(), 0.0);
    }

    /// Turns scores of the tokens [first, first + count) into weights; the sums so far shrink where
    /// a new largest score appears. Tokens that a row does not see get weight 0.
    void weigh(index_t first, index_t count) const {
        const double scale = std::numbers::log2e / std::sqrt(static_cast<double>(width));
        for (index_t r = 0; r < rows.size(); ++r) {
            const index_t visible = rows[r].visible;
            const index_t seen = visible > first ? std::min(visible - first, count) : 0;
            float* const row = &memory.weight(r, 0);
            double highest = memory.highest[r];
            for (index_t t = 0; t < seen; ++t) {
                highest = std::max(highest, rounded(static_cast<double>(row[t]) * scale));
            }
            if (highest > memory.highest[r]) { shrink(r, highest); }
            for (index_t t = 0; t < seen; ++t) {
                row[t] = power(rounded(static_cast<double>(row[t]) * scale) - highest);
                memory.total[r] += static_cast<double>(row[t]);
            }
            std::fill(row + seen, row + count, 0.0f);
        }
    }

    void finish() const {
        for (index_t r = 0; r < rows.size(); ++r) {
            for (index_t d = 0; d < width; ++d) {
                rows[r].result[d] =
                    static_cast<float>(memory.results[r * width + d] / memory.total[r]);
            }
        }
    }

  private:
    /// Below 2^-149 a float is zero.
    [[nodiscard]] static float power(double x) {
        return x < -150.0 ? 0.0f : static_cast<float>(exp2_exactly(x));
    }

    void shrink(index_t r, double highest) const {
        const double by = static_cast<double>(power(memory.highest[r] - highest));
        for (index_t d = 0; d < width; ++d) {
            memory.results[r * width + d] *= by;
        }
        memory.total[r] *= by;
        memory.highest[r] = highest;
    }
};

/// Scores of float tokens, then their values.
template <class Float>
void attend_kv_rows(const kv_softmax& sums,
                    matrix_view<const Float> keys,    // [tokens, width]
                    matrix_view<const Float> values,  // [tokens, width]
                    index_t first) {
    const index_t width = sums.width;
    for (index_t t = 0; t < keys.rows; ++t) {
        for (index_t r = 0; r < sums.rows.size(); ++r) {
            double score = 0.0;
            for (index_t d = 0; d < width; ++d) {
                score += static_cast<double>(sums.rows[r].query[d]) *
                         static_cast<double>(as_float(keys(t, d)));
            }
            sums.memory.weight(r, t) = static_cast<float>(score);
        }
    }
    sums.weigh(first, keys.rows);
    for (index_t t = 0; t < keys.rows; ++t) {
        for (index_t r = 0; r < sums.rows.size(); ++r) {
            const double weight = static_cast<double>(sums.memory.weight(r, t));
            for (index_t d = 0; d < width; ++d) {
                sums.memory.results[r * width + d] +=
                    weight * static_cast<double>(as_float(values(t, d)));
            }
        }
    }
}

/// The same for a packed block; its units are decoded one at a time.
template <class Float>
void attend_kv_block(const kv_softmax& sums,
                     const kv_view<Float>& view,
                     const kv_block_view& block,
                     index_t head,
                     index_t first) {
    const kv_block_shape& shape = view.shape;
    kv_unit_cursor at{block};
    at.advance_to(shape.unit_index(head, kv_kind::key, 0));
    const auto decoded = [&](kv_kind kind) {
        const kv_unit& unit = at.unit();
        const index_t size = unit.lanes * unit.steps;
        const matrix_view<float> values{sums.memory.unit.first(size).data(), unit.lanes,
                                        unit.steps};
        decode_kv_unit(unit, at.bytes(), view.levels(kind, head, unit.width),
                       {sums.memory.codes.first(size).data(), unit.lanes, unit.steps}, values);
        return values;
    };
    for (index_t g = 0; g < shape.keys.groups(shape.width); ++g, at.next()) {
        const index_t from = shape.first_channel(at.number());
        const matrix_view<float> keys = decoded(kv_kind::key);  // [tokens, channels]
        for (index_t r = 0; r < sums.rows.size(); ++r) {
            for (index_t t = 0; t < keys.rows; ++t) {
                double& score = sums.memory.scores[r * sums.memory.part + t];
                if (g == 0) { score = 0.0; }
                for (index_t d = 0; d < keys.cols; ++d) {
                    score += static_cast<double>(sums.rows[r].query[from + d]) *
                             static_cast<double>(keys(t, d));
                }
                sums.memory.weight(r, t) = static_cast<float>(score);
            }
        }
    }
    sums.weigh(first, block.tokens);
    for (index_t g = 0; g < shape.values.groups(shape.width); ++g, at.next()) {
        const index_t from = shape.first_channel(at.number());
        const matrix_view<float> values = decoded(kv_kind::value);  // [channels, tokens]
        for (index_t r = 0; r < sums.rows.size(); ++r) {
            for (index_t d = 0; d < values.rows; ++d) {
                double& sum = sums.memory.results[r * sums.width + from + d];
                for (index_t t = 0; t < values.cols; ++t) {
                    sum += static_cast<double>(sums.memory.weight(r, t)) *
                           static_cast<double>(values(d, t));
                }
            }
        }
    }
}

/// result(r) = sum_t p_t value t, p = softmax(query r K^T / sqrt(width)) over the tokens that query
/// r sees. No key or value is unpacked to memory beyond one unit. After it, `memory.weight(r, i)`
/// over `memory.total[r]` is the weight that query r pays to recent token i.
/// Error:  scores as floats: a relative 2^-24 of each; see kv_softmax.
template <class Float>
void attend_kv_head(const kv_view<Float>& view,
                    index_t head,
                    std::span<const kv_query> rows,
                    const kv_attention_memory& memory) {
    const index_t width = view.shape.width;
    const kv_softmax sums{rows, width, memory};
    sums.start();
    index_t most = 0;
    for (const kv_query& row : rows) {
        most = std::max(most, row.visible);
    }
    attend_kv_rows(sums, view.sinks.head_keys(head, width), view.sinks.head_values(head, width), 0);
    index_t first = view.sinks.count;
    for (index_t b = 0; b < view.blocks.size() && first < most; ++b) {
        const kv_block_view block = view.block(b);
        attend_kv_block(sums, view, block, head, first);
        first += block.tokens;
    }
    first = view.sinks.count + view.packed;
    attend_kv_rows(sums, view.recent.head_keys(head, width), view.recent.head_values(head, width),
                   first);
    sums.finish();
}

}  // namespace GRADUS_ISA
}  // namespace gradus

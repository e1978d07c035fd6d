// SPDX-License-Identifier: MIT
// A long cache in pieces: attention over each, and how the pieces become one answer.
#pragma once

#include <gradus/core/exponential.hpp>
#include <gradus/kernels/kv_part.hpp>

#include <algorithm>
#include <cstring>

namespace gradus {
inline namespace GRADUS_ISA {

/// Pieces of the packed tokens of a cache, whole blocks each; shape and length alone decide.
struct kv_ranges {
    static constexpr index_t least = 8192;    ///< tokens of a piece but the last
    static constexpr index_t most = 16;       ///< pieces
    static constexpr index_t most_rows = 16;  ///< queries of a head; more are work enough uncut

    index_t count = 1;
    index_t tokens = 0;  ///< of all but the last

    [[nodiscard]] static kv_ranges of(const kv_block_shape& shape, index_t packed) {
        const index_t block = std::max(shape.tokens, index_t{1});
        const index_t step =
            block <= attention_chunk ? attention_chunk / block * block : block;  // see kv_part
        const index_t wanted = std::max(least, (packed + most - 1) / most);
        const index_t tokens = (wanted + step - 1) / step * step;
        return {std::max(index_t{1}, (packed + tokens - 1) / tokens), tokens};
    }

    /// Floats of one piece of one head, a multiple of 16: working memory and unfinished sums.
    [[nodiscard]] static index_t floats(index_t width) {
        const index_t sums = most_rows * sums_of(width);
        return attention_state<attention_rows>::floats(width) + (sums + 15) / 16 * 16;
    }

    [[nodiscard]] static index_t sums_of(index_t width) { return width + 3; }
};

/// The tokens [from, from + count) of a part.
template <class Part> struct range_part {
    const Part& whole;
    index_t from;
    index_t count;

    [[nodiscard]] index_t tokens() const { return count; }

    [[nodiscard]] index_t chunk(index_t first, index_t seen) const {
        return std::min(whole.chunk(from + first, from + seen), count - first);
    }

    template <index_t Rows>
    void score(const attention_state<Rows>& state, index_t first, index_t wanted) const {
        whole.score(state, from + first, wanted);
    }

    template <index_t Rows>
    void blend(const attention_state<Rows>& state, index_t first, index_t wanted) const {
        whole.blend(state, from + first, wanted);
    }
};

/// 2^x for x <= 0 or NaN.
[[nodiscard]] inline float power_of_difference(float x) {
    if (x != x) { return x; }
    return x < -150.0f ? 0.0f : static_cast<float>(exp2_exactly(static_cast<double>(x)));
}

/// result = sum_i 2^(m_i - m) r_i / sum_i 2^(m_i - m) t_i with m = max m_i, r_i, m_i, t_i the
/// unfinished sums of piece i; in the order of the pieces.
/// Source: Dao 2023, "Flash-Decoding for long-context inference".
inline void merge_ranges(const float* sums,  // [pieces, stride]: width of r_i, m_i, t_i (double)
                         index_t pieces,
                         index_t stride,
                         index_t width,
                         float* result) {
    const auto total_of = [&](index_t i) {
        double total = 0.0;
        std::memcpy(&total, sums + i * stride + width + 1, sizeof total);
        return total;
    };
    float highest = sums[width];
    for (index_t i = 1; i < pieces; ++i) {
        highest = std::max(highest, sums[i * stride + width]);
    }
    double total = 0.0;
    std::fill_n(result, width, 0.0f);
    for (index_t i = 0; i < pieces; ++i) {
        const float by = power_of_difference(sums[i * stride + width] - highest);
        total += static_cast<double>(by) * total_of(i);
        for (index_t d = 0; d < width; ++d) {
            result[d] += by * sums[i * stride + d];
        }
    }
    const auto factor = static_cast<float>(1.0 / total);
    for (index_t d = 0; d < width; ++d) {
        result[d] *= factor;
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus

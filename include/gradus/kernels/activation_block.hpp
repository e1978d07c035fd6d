// SPDX-License-Identifier: MIT
// Some tokens over some columns, quantized for a product: its working memory.
#pragma once

#include <gradus/kernels/quantize_activations.hpp>
#include <gradus/kernels/token_operands.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// What a call keeps on the caller's stack: digits, and the scales and sums of segments.
template <layout_type L, activation_scheme A> class activation_block {
    using cut = segments<L, A>;
    using operands_type = token_operands<L, A>;
    static constexpr index_t digit_bytes = 96 * 1024;
    static constexpr index_t most_segments = 4096;

  public:
    static constexpr index_t most_tokens =
        std::min(index_t{192}, digit_bytes / cut::padded(cut::limit) / A::digits);

    /// What is needed of whole tokens before their parts are quantized.
    template <activation_value X> void see_tokens(matrix_view<const X> x) {
        if constexpr (A::scope == activation_scope::token) {
            for (index_t t = 0; t < x.rows; ++t) {
                const auto step = step_for(scheme_, peak_of(scheme_, &x(t, 0), x.cols));
                token_scale_[t] = step.scale;
                token_inverse_[t] = step.inverse;
            }
        }
    }

    /// Quantizes segments from column `first` on, as many as fit and as are wanted: `columns`
    /// operands and `segments` a token at most.
    template <activation_value X>
    operands_type
    quantize(matrix_view<const X> x, index_t first, index_t columns, index_t segments) {
        const index_t room = std::min(columns, digit_bytes / (x.rows * A::digits));
        const index_t most = std::min(segments, most_segments / x.rows);
        index_t last = first;
        index_t operands = 0;
        index_t count = 0;
        while (last < x.cols && count < most) {
            const index_t width = cut_.width(last);
            if (operands + cut::padded(width) > room) { break; }
            operands += cut::padded(width);
            last += width;
            ++count;
        }
        GRADUS_ASSERT(last > first);
        const index_t stride = operands * A::digits;
        for (index_t t = 0; t < x.rows; ++t) {
            std::int8_t* to = digit_ + t * stride;
            index_t place = t * count;
            for (index_t column = first; column < last; ++place) {
                const index_t width = cut_.width(column);
                auto inverse = token_inverse_[t];
                if constexpr (A::scope == activation_scope::segment) {
                    const auto step = step_for(scheme_, peak_of(scheme_, &x(t, column), width));
                    scale_[place] = step.scale;
                    inverse = step.inverse;
                }
                keep_sum(place, quantize_segment(&x(t, column), width, inverse, to, operands));
                to += cut::padded(width);
                column += width;
            }
        }
        const float* scale = A::scope == activation_scope::token ? token_scale_ : scale_;
        return {{digit_, stride, operands}, scale, sum_, start_, count, first, last};
    }

    activation_block(const A& scheme, const cut& c) : scheme_{scheme}, cut_{c} {}

  private:
    /// Blocks start at whole quads, so odd block widths leave gaps of zeros.
    template <activation_value X>
    static float quantize_segment(
        const X* x, index_t width, float inverse, std::int8_t* to, index_t digit_stride) {
        constexpr index_t step = L::block_cols % 4 == 0 ? cut::widest : index_t{L::block_cols};
        float sum = 0.0f;
        for (index_t done = 0; done < width; done += step) {
            const index_t columns = std::min(step, width - done);
            sum += digits_of<A>(x + done, columns, inverse, to, digit_stride);
            to += (columns + 3) / 4 * 4;
        }
        return sum;
    }

    void keep_sum(index_t place, float sum) {
        if constexpr (operands_type::starts_at_offset) {
            for (index_t h = 0; h < operands_type::halves; ++h) {
                start_[place * operands_type::halves + h] =
                    -unit_terms<L>::whole_offset(h) * static_cast<std::int32_t>(sum);
            }
        } else {
            sum_[place] = sum;
        }
    }

    A scheme_;
    cut cut_;
    alignas(64) std::int8_t digit_[digit_bytes + simd::lanes];
    float scale_[most_segments];
    float token_scale_[most_tokens];
    float token_inverse_[most_tokens];
    float sum_[operands_type::starts_at_offset ? 1 : most_segments];
    std::int32_t
        start_[operands_type::starts_at_offset ? most_segments * operands_type::halves : 1];
};

}  // namespace GRADUS_ISA
}  // namespace gradus

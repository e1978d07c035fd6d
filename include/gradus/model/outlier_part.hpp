// SPDX-License-Identifier: MIT
// A matrix of which a few input channels are multiplied in floats, beside the integers of the rest.
#pragma once

#include <gradus/kernels/decode.hpp>
#include <gradus/model/matrix_part.hpp>

#include <algorithm>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Some values of each token, beside the others.
struct channel_split {
    std::vector<index_t> channels;  ///< ascending

    /// rest = x with zeros in the channels; kept = the channels alone.
    void operator()(matrix_view<const float> x,
                    matrix_view<float> rest,          // [tokens, cols]
                    matrix_view<float> kept) const {  // [tokens, channels]
        for (index_t t = 0; t < x.rows; ++t) {
            std::copy_n(x.row(t).data(), x.cols, rest.row(t).data());
            for (index_t i = 0; i < channels.size(); ++i) {
                kept(t, i) = f16::from(x(t, channels[i])).value();
                rest(t, channels[i]) = 0.0f;
            }
        }
    }
};

///     y = Q(x without the outlier channels) W^T + f16(x of these channels) (W of these channels)^T
///
/// Q is the scheme's rounding. The weights are the same levels in both products, so only the error
/// of the activations changes: outlier channels no longer coarsen the scale that they share, and
/// have an error of 2^-11 |x| (infinite beyond 65504).
/// Memory: floats for the columns of the outliers, which no size counts: they follow from the
///         packed weights; working memory for 16 tokens, so one call at a time.
/// Source: Dettmers et al. 2022, arXiv:2208.07339; there the channels are found for every batch.
template <multipliable Matrix, activation_scheme A> class outlier_part final : public matrix_part {
    static constexpr index_t at_once = 16;  ///< tokens

  public:
    outlier_part(Matrix matrix, std::vector<index_t> channels, A scheme = {})
        : matrix_{std::move(matrix)},
          split_{std::move(channels)},
          beside_{columns_of(matrix_, split_.channels)},
          scheme_{scheme},
          rest_(at_once * cols()),
          kept_(at_once * split_.channels.size()) {
        GRADUS_EXPECT(std::is_sorted(split_.channels.begin(), split_.channels.end()));
        GRADUS_EXPECT(split_.channels.empty() || split_.channels.back() < cols());
    }

    [[nodiscard]] index_t rows() const override { return matrix_.rows(); }

    [[nodiscard]] index_t cols() const override { return matrix_.cols(); }

    [[nodiscard]] index_t size_in_bits() const override { return matrix_.size_in_bits(); }

    void
    multiply(matrix_view<const float> x, matrix_view<float> y, accumulation how) const override {
        for (index_t t = 0; t < x.rows; t += at_once) {
            const index_t count = std::min(at_once, x.rows - t);
            const matrix_view<float> rest{rest_.data(), count, cols()};
            const matrix_view<float> kept{kept_.data(), count, split_.channels.size()};
            split_(x.block(t, count), rest, kept);
            gemm(matrix_.view(), matrix_view<const float>{rest}, y.block(t, count), how, scheme_);
            gemm(beside_, kept, y.block(t, count), accumulation::add);
        }
    }

  private:
    [[nodiscard]] static f32_panels columns_of(const Matrix& matrix,
                                               const std::vector<index_t>& channels) {
        std::vector<float> whole(matrix.rows() * matrix.cols());
        decode(matrix.view(), matrix_view<float>{whole.data(), matrix.rows(), matrix.cols()});
        std::vector<float> some(matrix.rows() * channels.size());
        for (index_t r = 0; r < matrix.rows(); ++r) {
            for (index_t i = 0; i < channels.size(); ++i) {
                some[r * channels.size() + i] = whole[r * matrix.cols() + channels[i]];
            }
        }
        return f32_panels{weights_view{some.data(), matrix.rows(), channels.size()}};
    }

    Matrix matrix_;
    channel_split split_;
    f32_panels beside_;
    A scheme_;
    mutable std::vector<float> rest_;
    mutable std::vector<float> kept_;
};

/// A part whose outlier channels stay f16: `make_outlier_part(quantize(weights, ...), {3, 77},
/// int8_per_token{})`.
template <multipliable Matrix, activation_scheme A>
[[nodiscard]] part_pointer
make_outlier_part(Matrix matrix, std::vector<index_t> channels, A scheme) {
    return std::make_shared<const outlier_part<Matrix, A>>(std::move(matrix), std::move(channels),
                                                           scheme);
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Root-mean-square normalization.
#pragma once

#include <gradus/concepts/normalization.hpp>
#include <gradus/kernels/f32_dot.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Divides each row by its root mean square.
///
///     y_i = gain_i x_i / sqrt(mean(x^2) + epsilon)
///
/// Error:  the sum of squares is taken over 64 lanes, so its relative error stays below
///         (n / 64 + 6) 2^-24.
/// Source: Zhang, Sennrich 2019, arXiv:1910.07467, eq. 4.
class rms_norm {
  public:
    static constexpr std::string_view name = "rms_norm";

    rms_norm(std::vector<float> gain, float epsilon) : gain_{std::move(gain)}, epsilon_{epsilon} {}

    [[nodiscard]] index_t width() const noexcept { return gain_.size(); }

    [[nodiscard]] floats gain() const noexcept { return gain_; }

    void operator()(matrix_view<const float> x, matrix_view<float> y) const {
        GRADUS_EXPECT(x.rows == y.rows && x.cols == width() && y.cols == width());
        for (index_t t = 0; t < x.rows; ++t) {
            const floats row = x.row(t);
            const float mean = dot(row, row) / static_cast<float>(row.size());
            const float scale = 1.0f / std::sqrt(mean + epsilon_);
            for (index_t i = 0; i < row.size(); ++i) {
                y.data[t * y.stride + i] = row[i] * scale * gain_[i];
            }
        }
    }

  private:
    std::vector<float> gain_;
    float epsilon_;
};

static_assert(normalization<rms_norm>);

}  // namespace GRADUS_ISA
}  // namespace gradus

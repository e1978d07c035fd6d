// SPDX-License-Identifier: MIT
// Layer normalization.
#pragma once

#include <gradus/concepts/normalization.hpp>
#include <gradus/core/contract.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Brings each row to mean zero and variance one.
///
///     y_i = gain_i (x_i - mean(x)) / sqrt(variance(x) + epsilon) + bias_i
///
/// Error:  mean and variance are f64 sums, the variance about the mean (no cancellation).
/// Source: Ba, Kiros, Hinton 2016, arXiv:1607.06450.
class layer_norm {
  public:
    static constexpr std::string_view name = "layer_norm";

    layer_norm(std::vector<float> gain, std::vector<float> bias, float epsilon)
        : gain_{std::move(gain)}, bias_{std::move(bias)}, epsilon_{epsilon} {
        GRADUS_EXPECT(gain_.size() == bias_.size());
    }

    [[nodiscard]] index_t width() const noexcept { return gain_.size(); }

    void operator()(matrix_view<const float> x, matrix_view<float> y) const {
        GRADUS_EXPECT(x.rows == y.rows && x.cols == width() && y.cols == width());
        for (index_t t = 0; t < x.rows; ++t) {
            const floats row = x.row(t);
            const auto count = static_cast<double>(row.size());
            double total = 0.0;
            for (const float v : row) {
                total += static_cast<double>(v);
            }
            const double mean = total / count;
            double squares = 0.0;
            for (const float v : row) {
                const double apart = static_cast<double>(v) - mean;
                squares += apart * apart;
            }
            const double variance = squares / count;
            const auto scale =
                static_cast<float>(1.0 / std::sqrt(variance + static_cast<double>(epsilon_)));
            const auto centre = static_cast<float>(mean);
            for (index_t i = 0; i < row.size(); ++i) {
                y.data[t * y.stride + i] = (row[i] - centre) * scale * gain_[i] + bias_[i];
            }
        }
    }

  private:
    std::vector<float> gain_;
    std::vector<float> bias_;
    float epsilon_;
};

static_assert(normalization<layer_norm>);

}  // namespace GRADUS_ISA
}  // namespace gradus

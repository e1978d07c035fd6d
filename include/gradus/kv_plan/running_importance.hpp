// SPDX-License-Identifier: MIT
// What queries have asked for lately: importance of key channels while a sequence runs.
#pragma once

#include <gradus/core/matrix_view.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Running mean of q_d^2 for each channel of each KV head of one layer, over the query heads that
/// share it; older tokens fade by half in `half_life` tokens.
///
///     E <- E + (1 - r) / (1 - r^n) (q^2 - E),   r = 2^(-1 / half_life), n queries so far
///
/// The factor makes it the plain mean at the start, so that nothing has to be assumed about it.
class running_importance {
  public:
    running_importance(index_t heads, index_t width, double half_life)
        : heads_{heads},
          width_{width},
          keep_{std::exp2(-1.0 / half_life)},
          energy_(heads * width, 0.0) {
        GRADUS_EXPECT(heads > 0 && width > 0 && half_life > 0.0);
    }

    void add(matrix_view<const float> queries) {  // [tokens, query heads * width]
        GRADUS_EXPECT(queries.cols % (heads_ * width_) == 0);
        const index_t sharing = queries.cols / (heads_ * width_);
        for (index_t t = 0; t < queries.rows; ++t) {
            faded_ *= keep_;
            const double part = (1.0 - keep_) / (1.0 - faded_);
            for (index_t i = 0; i < energy_.size(); ++i) {
                double square = 0.0;
                for (index_t s = 0; s < sharing; ++s) {
                    const auto q = static_cast<double>(
                        queries(t, (i / width_ * sharing + s) * width_ + i % width_));
                    square += q * q / static_cast<double>(sharing);
                }
                energy_[i] += part * (square - energy_[i]);
            }
        }
    }

    /// Whether there were queries yet.
    [[nodiscard]] bool known() const noexcept { return faded_ < 1.0; }

    /// E[q_d^2] of a head, [width].
    [[nodiscard]] std::span<const double> energy(index_t head) const {
        return std::span{energy_}.subspan(head * width_, width_);
    }

    void reset() {
        faded_ = 1.0;
        std::fill(energy_.begin(), energy_.end(), 0.0);
    }

  private:
    index_t heads_;
    index_t width_;
    double keep_;
    double faded_ = 1.0;  // keep_ to the power of the tokens seen
    std::vector<double> energy_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

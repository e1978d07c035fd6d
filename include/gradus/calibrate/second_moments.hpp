// SPDX-License-Identifier: MIT
// X^T X of one input, one triangle.
#pragma once

#include <gradus/calibrate/panel_product.hpp>

#include <concepts>
#include <span>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// S_ij = sum_t x_ti x_tj for j <= i, without a factor: the curvature of a layer's mean squared
/// error is 2 S / tokens.
///
/// Memory: n (n + 1) / 2 values; row i follows row i - 1 and has i + 1 entries.
/// Error:  |error| <= (128 + number of runs) 2^-24 sum_t |x_ti x_tj| for float (2^-53 for double).
/// Bits:   each run of `token_run` tokens is summed up by itself (see `multiply_panels`) and then
///         added to the total, runs in order; entries are independent, so no executor matters.
template <std::floating_point T = float> class second_moments {
  public:
    explicit second_moments(index_t width) : width_{width}, sums_(entries_of(width)) {}

    /// For sums from elsewhere, e.g. a file.
    second_moments(index_t width, std::vector<T> sums) : width_{width}, sums_{std::move(sums)} {
        GRADUS_EXPECT(sums_.size() == entries_of(width));
    }

    [[nodiscard]] static constexpr index_t entries_of(index_t width) {
        return width * (width + 1) / 2;
    }

    [[nodiscard]] index_t width() const noexcept { return width_; }

    [[nodiscard]] std::span<const T> entries() const noexcept { return sums_; }

    [[nodiscard]] T operator()(index_t i, index_t j) const {
        GRADUS_EXPECT(i < width_ && j < width_);
        return i < j ? sums_[entries_of(j) + i] : sums_[entries_of(i) + j];
    }

    /// Copies the triangle to the lower one of `square` [n, n]; nothing above is written.
    void copy_lower(matrix_view<T> square) const {
        GRADUS_EXPECT(square.rows == width_ && square.cols == width_);
        for (index_t i = 0; i < width_; ++i) {
            std::copy_n(sums_.data() + entries_of(i), i + 1, square.row(i).data());
        }
    }

    /// Adds the tokens of a run.
    template <executor E> void add_run(const token_panels& x, E& threads) {
        GRADUS_EXPECT(x.width() == width_);
        // The longest rows first, so that no worker is left with one at the end.
        threads.for_each(x.panels(), [&](index_t task) {
            const index_t p = x.panels() - 1 - task;
            for (index_t q = 0; q <= p; ++q) {
                panel_tile<T> tile;
                multiply_panels(x.panel(p), x.panel(q), x.tokens(), tile);
                add_tile(x, p, q, tile);
            }
        });
    }

    /// Adds other tokens. Exchanging the two gives the same bits.
    void merge(const second_moments& other) {
        GRADUS_EXPECT(other.width_ == width_);
        for (index_t i = 0; i < sums_.size(); ++i) {
            sums_[i] += other.sums_[i];
        }
    }

  private:
    void add_tile(const token_panels& x, index_t p, index_t q, const panel_tile<T>& tile) {
        constexpr index_t side = token_panels::channels;
        for (index_t r = 0; r < x.channels_of(p); ++r) {
            const index_t i = p * side + r;
            T* to = sums_.data() + entries_of(i) + q * side;
            const index_t count = p == q ? r + 1 : side;
            for (index_t c = 0; c < count; ++c) {
                to[c] += tile[r * side + c];
            }
        }
    }

    index_t width_;
    std::vector<T> sums_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Z^T X of the same tokens in two models.
#pragma once

#include <gradus/calibrate/panel_product.hpp>

#include <concepts>
#include <span>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// C_ij = sum_t z_ti x_tj: z is an input as the dense model has it, x as the model has it whose
/// earlier layers are already quantized. With S = X^T X the weights W C S^-1 come closest, on x,
/// to what W gives on z: the target that a solver should then quantize.
///
/// Memory: n^2 values, row-major; not symmetric.
/// Error, bits: as `second_moments`.
/// Source: asymmetric calibration, Li et al. 2025, arXiv:2504.02692 (there as (Z - X)^T X).
template <std::floating_point T = float> class cross_moments {
  public:
    explicit cross_moments(index_t width) : width_{width}, sums_(width * width) {}

    /// For sums from elsewhere, e.g. a file.
    cross_moments(index_t width, std::vector<T> sums) : width_{width}, sums_{std::move(sums)} {
        GRADUS_EXPECT(sums_.size() == width * width);
    }

    [[nodiscard]] index_t width() const noexcept { return width_; }

    [[nodiscard]] matrix_view<const T> view() const noexcept {
        return {sums_.data(), width_, width_};
    }

    [[nodiscard]] std::span<const T> entries() const noexcept { return sums_; }

    /// Adds a run of tokens as both models have it.
    template <executor E>
    void add_run(const token_panels& dense, const token_panels& x, E& threads) {
        GRADUS_EXPECT(dense.width() == width_ && x.width() == width_);
        GRADUS_EXPECT(dense.tokens() == x.tokens());
        threads.for_each(x.panels(), [&](index_t p) {
            for (index_t q = 0; q < x.panels(); ++q) {
                panel_tile<T> tile;
                multiply_panels(dense.panel(p), x.panel(q), x.tokens(), tile);
                add_tile(x, p, q, tile);
            }
        });
    }

    /// Adds other tokens. Exchanging the two gives the same bits.
    void merge(const cross_moments& other) {
        GRADUS_EXPECT(other.width_ == width_);
        for (index_t i = 0; i < sums_.size(); ++i) {
            sums_[i] += other.sums_[i];
        }
    }

  private:
    void add_tile(const token_panels& x, index_t p, index_t q, const panel_tile<T>& tile) {
        constexpr index_t side = token_panels::channels;
        for (index_t r = 0; r < x.channels_of(p); ++r) {
            T* to = sums_.data() + (p * side + r) * width_ + q * side;
            for (index_t c = 0; c < x.channels_of(q); ++c) {
                to[c] += tile[r * side + c];
            }
        }
    }

    index_t width_;
    std::vector<T> sums_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

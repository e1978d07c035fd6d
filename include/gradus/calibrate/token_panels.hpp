// SPDX-License-Identifier: MIT
// A run of tokens, copied so that products of channels read memory in order.
#pragma once

#include <gradus/calibrate/channel_moments.hpp>
#include <gradus/core/aligned_buffer.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Panels of 32 channels: value (t, c) of panel p is x(t, 32 p + c), tokens one after the other.
/// Channels beyond the last are zero. 128 tokens of one panel are 16 KiB: a panel stays in L1
/// while it meets others, and no stride between rows lets its lines evict each other.
class token_panels {
  public:
    static constexpr index_t channels = 32;  ///< a panel

    explicit token_panels(index_t width) : width_{width}, memory_{bytes(width)} {}

    /// What the panels of a width occupy.
    [[nodiscard]] static constexpr index_t bytes(index_t width) {
        return panels_of(width) * channels * token_run * sizeof(float);
    }

    [[nodiscard]] index_t width() const noexcept { return width_; }

    [[nodiscard]] index_t panels() const noexcept { return panels_of(width_); }

    [[nodiscard]] index_t tokens() const noexcept { return tokens_; }

    /// [tokens, 32]
    [[nodiscard]] const float* panel(index_t p) const {
        GRADUS_EXPECT(p < panels());
        return static_cast<const float*>(static_cast<const void*>(memory_.bytes().data())) +
               p * channels * token_run;
    }

    /// Channels of panel p that exist.
    [[nodiscard]] index_t channels_of(index_t p) const {
        return std::min(channels, width_ - p * channels);
    }

    template <executor E>
    void pack(weights_view x,  // [at most token_run, width]
              E& threads) {
        GRADUS_EXPECT(x.cols == width_ && x.rows <= token_run);
        tokens_ = x.rows;
        threads.for_each(panels(), [&](index_t p) {
            float* to = const_cast<float*>(panel(p));
            const index_t count = channels_of(p);
            for (index_t t = 0; t < x.rows; ++t, to += channels) {
                std::copy_n(x.data + t * x.stride + p * channels, count, to);
                std::fill(to + count, to + channels, 0.0f);
            }
        });
    }

  private:
    [[nodiscard]] static constexpr index_t panels_of(index_t width) {
        return (width + channels - 1) / channels;
    }

    index_t width_;
    index_t tokens_ = 0;
    aligned_buffer memory_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

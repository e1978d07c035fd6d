// SPDX-License-Identifier: MIT
// Rotary position encoding: pairs of a head turn with the position.
#pragma once

#include <gradus/concepts/position_encoding.hpp>
#include <gradus/core/contract.hpp>

#include <cmath>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Which two elements of a head form pair i of w / 2.
enum class rotary_pairs : std::uint8_t {
    halves,       ///< (i, i + w / 2), called rotate-half: Hugging Face Llama, GPT-NeoX
    interleaved,  ///< (2 i, 2 i + 1): the paper, GPT-J, Meta's Llama files
};

/// Turns pair i of each head of width w at position p by the angle p theta^(-2 i / w).
///
///     (a, b) -> (a cos - b sin, b cos + a sin)
///
/// Rules:  lengths are kept, and products of two heads depend on the distance of their positions.
/// Error:  angles, sines and cosines are computed in f64 and rounded once.
/// Source: Su et al. 2021, arXiv:2104.09864, eq. 15.
template <rotary_pairs Pairs> class rotary {
  public:
    static constexpr std::string_view name =
        Pairs == rotary_pairs::halves ? "rotary_halves" : "rotary_interleaved";

    rotary(index_t head_width, index_t position_count, double theta)
        : pairs_{head_width / 2}, turns_(position_count * pairs_) {
        GRADUS_EXPECT(head_width % 2 == 0 && head_width > 0);
        for (index_t i = 0; i < pairs_; ++i) {
            const double share = static_cast<double>(i) / static_cast<double>(pairs_);
            const double frequency = std::pow(theta, -share);
            for (index_t p = 0; p < position_count; ++p) {
                const double angle = static_cast<double>(p) * frequency;
                turns_[p * pairs_ + i] = {static_cast<float>(std::cos(angle)),
                                          static_cast<float>(std::sin(angle))};
            }
        }
    }

    [[nodiscard]] index_t positions() const noexcept { return turns_.size() / pairs_; }

    void at_input(matrix_view<float> /*x*/, index_t /*first*/) const noexcept {}

    void at_heads(matrix_view<float> x,  // [tokens, heads * width]
                  index_t width,
                  index_t first) const {
        GRADUS_EXPECT(width == 2 * pairs_ && x.cols % width == 0);
        GRADUS_EXPECT(first + x.rows <= positions());
        for (index_t t = 0; t < x.rows; ++t) {
            const turn* turns = &turns_[(first + t) * pairs_];
            for (index_t head = 0; head < x.cols; head += width) {
                turn_head(x.data + t * x.stride + head, turns);
            }
        }
    }

  private:
    struct turn {
        float cosine;
        float sine;
    };

    void turn_head(float* head, const turn* turns) const {
        constexpr bool halves = Pairs == rotary_pairs::halves;
        for (index_t i = 0; i < pairs_; ++i) {
            float& a = head[halves ? i : 2 * i];
            float& b = head[halves ? i + pairs_ : 2 * i + 1];
            const float turned = a * turns[i].cosine - b * turns[i].sine;
            b = b * turns[i].cosine + a * turns[i].sine;
            a = turned;
        }
    }

    index_t pairs_;
    std::vector<turn> turns_;  // [positions, pairs]
};

using rotary_halves = rotary<rotary_pairs::halves>;
using rotary_interleaved = rotary<rotary_pairs::interleaved>;

static_assert(position_encoding<rotary_halves> && position_encoding<rotary_interleaved>);

}  // namespace GRADUS_ISA
}  // namespace gradus

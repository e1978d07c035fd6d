// SPDX-License-Identifier: MIT
// Learned positions: one trained row for each, added to the embedded token.
#pragma once

#include <gradus/concepts/position_encoding.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/kernels/f32_dot.hpp>

#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

///     x_t += table_(first + t)
///
/// Source: Gehring et al. 2017, arXiv:1705.03122, section 3.1; GPT-2.
class learned_positions {
  public:
    static constexpr std::string_view name = "learned";

    learned_positions(std::vector<float> table,  // [positions, width]
                      index_t width)
        : table_{std::move(table)}, width_{width} {
        GRADUS_EXPECT(width > 0 && table_.size() % width == 0);
    }

    [[nodiscard]] index_t positions() const noexcept { return table_.size() / width_; }

    void at_input(matrix_view<float> x,  // [tokens, width]
                  index_t first) const {
        GRADUS_EXPECT(x.cols == width_ && first + x.rows <= positions());
        for (index_t t = 0; t < x.rows; ++t) {
            add_scaled(1.0f, floats{table_}.subspan((first + t) * width_, width_), x.row(t));
        }
    }

    void at_heads(matrix_view<float> /*x*/, index_t /*width*/, index_t /*first*/) const noexcept {}

  private:
    std::vector<float> table_;
    index_t width_;
};

static_assert(position_encoding<learned_positions>);

}  // namespace GRADUS_ISA
}  // namespace gradus

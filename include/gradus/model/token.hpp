// SPDX-License-Identifier: MIT
// Tokens, and the rows they stand for.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/matrix_view.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace gradus {

using token_t = std::uint32_t;

inline namespace GRADUS_ISA {

/// x_t = table_(token t).
class token_embedding {
  public:
    token_embedding(std::vector<float> table,  // [vocabulary, width]
                    index_t width)
        : table_{std::move(table)}, width_{width} {
        GRADUS_EXPECT(width > 0 && table_.size() % width == 0);
    }

    [[nodiscard]] index_t width() const noexcept { return width_; }

    [[nodiscard]] index_t vocabulary() const noexcept { return table_.size() / width_; }

    void operator()(std::span<const token_t> tokens,
                    matrix_view<float> x) const {  // [tokens, width]
        GRADUS_EXPECT(x.rows == tokens.size() && x.cols == width_);
        for (index_t t = 0; t < tokens.size(); ++t) {
            GRADUS_EXPECT(tokens[t] < vocabulary());
            std::copy_n(&table_[tokens[t] * width_], width_, x.data + t * x.stride);
        }
    }

  private:
    std::vector<float> table_;
    index_t width_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

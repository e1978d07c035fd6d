// SPDX-License-Identifier: MIT
// Some of the tokens of an input, as they are: for what moments do not tell.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/core/random.hpp>

#include <algorithm>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// At most `count` of the positions 0 ... tokens - 1, ascending: one from each of `count` stretches
/// of equal length, where the seed says; all of them where there are no more.
[[nodiscard]] inline std::vector<index_t>
choose_tokens(index_t tokens, index_t count, std::uint64_t seed) {
    const random_key key = random_key::of(seed, 0x73616d70u);
    count = std::min(count, tokens);
    std::vector<index_t> chosen;
    for (index_t i = 0; i < count; ++i) {
        const index_t first = i * tokens / count;
        const index_t end = (i + 1) * tokens / count;
        chosen.push_back(first + key.below(end - first, i));
    }
    return chosen;
}

/// The chosen tokens of batches that come one after the other.
///
/// Memory: `memory(width, count)` bytes, whatever the number of tokens.
class token_sample {
  public:
    /// chosen: ascending positions.
    token_sample(index_t width, std::vector<index_t> chosen)
        : width_{width}, chosen_{std::move(chosen)} {
        values_.reserve(width_ * chosen_.size());
    }

    [[nodiscard]] static constexpr index_t memory(index_t width, index_t count) {
        return count * (width * sizeof(float) + sizeof(index_t));
    }

    [[nodiscard]] index_t width() const noexcept { return width_; }

    /// Tokens seen so far, chosen or not.
    [[nodiscard]] index_t seen() const noexcept { return seen_; }

    void add(weights_view x) {  // [tokens, width]
        GRADUS_EXPECT(x.cols == width_);
        while (taken_ < chosen_.size() && chosen_[taken_] < seen_ + x.rows) {
            const floats row = x.row(chosen_[taken_] - seen_);
            values_.insert(values_.end(), row.begin(), row.end());
            ++taken_;
        }
        seen_ += x.rows;
    }

    /// The tokens that have come by.
    [[nodiscard]] weights_view view() const& { return {values_.data(), taken_, width_}; }

    weights_view view() && = delete;  // it would outlive its values

  private:
    index_t width_;
    std::vector<index_t> chosen_;
    index_t taken_ = 0;
    index_t seen_ = 0;
    std::vector<float> values_;  // [taken, width]
};

}  // namespace GRADUS_ISA
}  // namespace gradus

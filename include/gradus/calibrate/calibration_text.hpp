// SPDX-License-Identifier: MIT
// The tokens that a model is calibrated with, cut into sequences.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/model/sample.hpp>
#include <gradus/model/token.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Sequences of any lengths; each is seen from its first token on, without the others.
class calibration_text {
  public:
    calibration_text() = default;

    /// Cuts `tokens` into sequences of `length`; the last one may be shorter.
    calibration_text(std::vector<token_t> tokens, index_t length) : tokens_{std::move(tokens)} {
        GRADUS_EXPECT(length > 0);
        for (index_t end = 0; end < tokens_.size();) {
            end += std::min(length, tokens_.size() - end);
            ends_.push_back(end);
        }
    }

    /// Appends a sequence of its own, e.g. of another text.
    void add(std::span<const token_t> sequence) {
        if (sequence.empty()) { return; }
        tokens_.insert(tokens_.end(), sequence.begin(), sequence.end());
        ends_.push_back(tokens_.size());
    }

    [[nodiscard]] index_t sequences() const noexcept { return ends_.size(); }

    [[nodiscard]] index_t tokens() const noexcept { return tokens_.size(); }

    /// The position of the first token of sequence i among all.
    [[nodiscard]] index_t first(index_t i) const { return i == 0 ? 0 : ends_[i - 1]; }

    [[nodiscard]] std::span<const token_t> sequence(index_t i) const {
        GRADUS_EXPECT(i < sequences());
        return std::span{tokens_}.subspan(first(i), ends_[i] - first(i));
    }

    [[nodiscard]] index_t longest() const {
        index_t length = 0;
        for (index_t i = 0; i < sequences(); ++i) {
            length = std::max(length, sequence(i).size());
        }
        return length;
    }

    /// Errors: no tokens; a sequence beyond `positions`; a token beyond `vocabulary`.
    [[nodiscard]] status check(index_t positions, index_t vocabulary) const {
        const auto refuse = [](const std::string& why) {
            return error{errc::invalid_argument, "calibration text: " + why};
        };
        if (tokens_.empty()) { return refuse("no tokens. Let the model write its own?"); }
        if (longest() > positions) {
            return refuse("a sequence has " + std::to_string(longest()) +
                          " tokens (the model has " + std::to_string(positions) + " positions)");
        }
        const token_t largest = *std::max_element(tokens_.begin(), tokens_.end());
        if (largest >= vocabulary) {
            return refuse("token " + std::to_string(largest) + " (the vocabulary has " +
                          std::to_string(vocabulary) + "). Another tokenizer?");
        }
        return done{};
    }

  private:
    std::vector<token_t> tokens_;
    std::vector<index_t> ends_;  // of the sequences
};

/// Where there is no corpus: `count` sequences of `length` tokens that the model writes itself, at
/// temperature 1 from `first_token` on; see `sample_text` for what they depend on.
/// Source: self-generated calibration, Liu et al. 2023, arXiv:2305.17888 (LLM-QAT).
template <class Model, class Executor = serial>
    requires executor<std::remove_reference_t<Executor>>
[[nodiscard]] calibration_text self_text(const Model& model,
                                         token_t first_token,
                                         index_t length,
                                         index_t count,
                                         std::uint64_t seed,
                                         Executor&& threads = {}) {
    return {sample_text(model, first_token, length, count, seed, threads), length};
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// In which order the bytes of a packed cache are asked for while others are multiplied.
#pragma once

#include <gradus/kernels/attention_rows.hpp>

#include <cstddef>
#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// What one head will read a chunk of tokens later, as runs of bytes of its blocks. Keys of several
/// blocks are multiplied before their values, but bytes are asked for in the order of their
/// addresses: then a prefetcher joins in, which alone fills a core's share of the memory. Zen 4,
/// one core, 32k tokens, beside units asked for in the order of their use: 8 bits 13.8 -> 15.5 GB/s
/// in blocks of 32, 17.2 -> 19.2 of 128; but 4 bits in blocks of 32, which wait for arithmetic
/// alone, 9.9 -> 9.3.
class kv_read_ahead {
  public:
    static constexpr index_t most_runs = attention_chunk;

    void clear() {
        count_ = taken_ = 0;
        at_ = end_ = nullptr;
    }

    /// `run` comes behind those before.
    GRADUS_INLINE void add(std::span<const std::byte> run) { runs_[count_++] = run; }

    [[nodiscard]] GRADUS_INLINE index_t count() const { return count_; }

    [[nodiscard]] GRADUS_INLINE std::span<const std::byte> run(index_t i) const { return runs_[i]; }

    /// Where the next `bytes` bytes begin; the last of a run may end behind it. `otherwise`: when
    /// there are no more.
    [[nodiscard]] GRADUS_INLINE const std::byte* take(index_t bytes, const std::byte* otherwise) {
        while (at_ >= end_) {
            if (taken_ == count_) { return otherwise; }
            at_ = runs_[taken_].data();
            end_ = at_ + runs_[taken_].size();
            ++taken_;
        }
        const std::byte* const from = at_;
        at_ += bytes;
        return from;
    }

  private:
    std::span<const std::byte> runs_[most_runs];
    index_t count_ = 0;
    index_t taken_ = 0;
    const std::byte* at_ = nullptr;
    const std::byte* end_ = nullptr;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

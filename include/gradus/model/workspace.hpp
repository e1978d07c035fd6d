// SPDX-License-Identifier: MIT
// Scratch memory of one thread: sized once, handed out and taken back like a stack.
#pragma once

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/core/contract.hpp>
#include <gradus/core/matrix_view.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Matrices start on 64-byte boundaries. Not shared: one workspace a thread.
class workspace {
  public:
    workspace() = default;

    explicit workspace(index_t floats) : memory_{floats * sizeof(float)} {}

    /// What `take(rows, cols)` uses up.
    [[nodiscard]] static constexpr index_t cost(index_t rows, index_t cols) {
        constexpr index_t line = aligned_buffer::alignment / sizeof(float);
        return (rows * cols + line - 1) / line * line;
    }

    [[nodiscard]] index_t capacity() const noexcept { return memory_.size() / sizeof(float); }

    /// Matrices taken since then are given back at the end of a scope.
    class scope {
      public:
        explicit scope(workspace& owner) : owner_{owner}, mark_{owner.used_} {}

        scope(const scope&) = delete;
        scope& operator=(const scope&) = delete;

        ~scope() { owner_.used_ = mark_; }

        /// Contents are whatever was there.
        [[nodiscard]] matrix_view<float> take(index_t rows, index_t cols) {
            return owner_.take(rows, cols);
        }

      private:
        workspace& owner_;
        index_t mark_;
    };

  private:
    [[nodiscard]] matrix_view<float> take(index_t rows, index_t cols) {
        GRADUS_EXPECT(used_ + cost(rows, cols) <= capacity());
        auto* first = static_cast<float*>(static_cast<void*>(memory_.bytes().data())) + used_;
        used_ += cost(rows, cols);
        return {first, rows, cols};
    }

    aligned_buffer memory_;
    index_t used_ = 0;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

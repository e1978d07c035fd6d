// SPDX-License-Identifier: MIT
// Operands of a product in the order in which its inner loop reads them.
#pragma once

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/linalg/operand.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// The left operand comes eight values at a time, each broadcast; the right one as two vectors.
inline constexpr index_t left_width = 8;
inline constexpr index_t right_width = 32;

/// Products add up this many terms at a time; see linalg/product.hpp.
inline constexpr index_t sum_chunk = 256;

/// Values [first, first + Width) of an operand, terms [from, from + count), as [count][Width];
/// what lies beyond the operand is zero.
template <index_t Width, class T>
void pack_strip(const operand<T>& m, index_t first, index_t from, index_t count, T* to) {
    const index_t width = std::min(Width, m.keeps - first);
    const T* const start = m.data + from * m.sum_step + first * m.keep_step;
    if (width < Width) { std::fill_n(to, count * Width, T(0)); }
    if (width == Width && m.keep_step == 1) {
        for (index_t k = 0; k < count; ++k) {
            std::copy_n(start + k * m.sum_step, Width, to + k * Width);
        }
        return;
    }
    constexpr index_t run = 16;  // one line of each row at a time
    for (index_t k = 0; k < count; k += run) {
        const index_t end = std::min(count, k + run);
        for (index_t i = 0; i < width; ++i) {
            for (index_t l = k; l < end; ++l) {
                to[l * Width + i] = start[l * m.sum_step + i * m.keep_step];
            }
        }
    }
}

/// Room for all strips of an operand of `keeps` values and `sums` terms: zeros, unless told
/// otherwise.
template <index_t Width, class T> class strips {
  public:
    strips() = default;

    strips(index_t keeps, index_t sums)
        : count_{(keeps + Width - 1) / Width},
          sums_{sums},
          buffer_{count_ * Width * sums * sizeof(T)} {}

    /// For whoever writes every value before it is read: pages are then first touched by the
    /// threads that work on them.
    strips(index_t keeps, index_t sums, aligned_buffer::unwritten_t how)
        : count_{(keeps + Width - 1) / Width},
          sums_{sums},
          buffer_{count_ * Width * sums * sizeof(T), how} {}

    [[nodiscard]] index_t count() const noexcept { return count_; }

    [[nodiscard]] index_t sums() const noexcept { return sums_; }

    /// Strip i, [sums][Width].
    [[nodiscard]] T* strip(index_t i) noexcept { return values() + i * Width * sums_; }

    [[nodiscard]] const T* strip(index_t i) const noexcept {
        return const_cast<strips*>(this)->values() + i * Width * sums_;
    }

  private:
    [[nodiscard]] T* values() noexcept {
        return static_cast<T*>(static_cast<void*>(buffer_.bytes().data()));
    }

    index_t count_ = 0;
    index_t sums_ = 0;
    aligned_buffer buffer_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// A packed matrix that owns its bytes.
#pragma once

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/layout/packed_view.hpp>

#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// Exactly the bytes of the layout, on a 64-byte boundary.
template <layout_type L> class packed_matrix {
  public:
    using layout_type = L;
    using mapping_type = typename L::mapping_type;
    using grouping_type = typename L::grouping_type;

    packed_matrix() = default;

    /// All codes and scales zero.
    packed_matrix(index_t rows, index_t cols, mapping_type map = {}, grouping_type groups = {})
        : buffer_{geometry<L>{rows, cols, groups}.total_bytes()},
          rows_{rows},
          cols_{cols},
          map_{map},
          groups_{groups} {}

    /// Takes bytes of that shape.
    packed_matrix(aligned_buffer bytes,
                  index_t rows,
                  index_t cols,
                  mapping_type map = {},
                  grouping_type groups = {})
        : buffer_{std::move(bytes)}, rows_{rows}, cols_{cols}, map_{map}, groups_{groups} {
        GRADUS_EXPECT(view().complete());
    }

    [[nodiscard]] index_t rows() const noexcept { return rows_; }

    [[nodiscard]] index_t cols() const noexcept { return cols_; }

    [[nodiscard]] const mapping_type& map() const noexcept { return map_; }

    [[nodiscard]] const grouping_type& groups() const noexcept { return groups_; }

    /// Valid while the matrix lives and stays where it is.
    [[nodiscard]] packed_view<L> view() const& noexcept {
        return {buffer_.bytes(), rows_, cols_, map_, groups_};
    }

    packed_view<L> view() && = delete;  // it would outlive its bytes

    [[nodiscard]] std::span<std::byte> bytes() noexcept { return buffer_.bytes(); }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return buffer_.bytes(); }

    /// Gives the bytes away; the matrix is empty then.
    [[nodiscard]] aligned_buffer take_bytes() && noexcept {
        rows_ = cols_ = 0;
        return std::move(buffer_);
    }

    /// Every stored bit: codes, scales, zero points, row words, codebook. Equal to what is
    /// allocated; a file holds the codebook as f16, counted here, and pads parts to 64 bytes.
    [[nodiscard]] index_t size_in_bits() const noexcept {
        return 8 * buffer_.size() + codebook_bits<L>;
    }

    [[nodiscard]] double bits_per_weight() const noexcept {
        const auto weights = static_cast<double>(rows_ * cols_);
        return weights == 0.0 ? 0.0 : static_cast<double>(size_in_bits()) / weights;
    }

  private:
    aligned_buffer buffer_;
    index_t rows_ = 0;
    index_t cols_ = 0;
    mapping_type map_ = {};
    grouping_type groups_ = {};
};

}  // namespace GRADUS_ISA
}  // namespace gradus

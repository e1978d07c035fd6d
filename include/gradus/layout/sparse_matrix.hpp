// SPDX-License-Identifier: MIT
// A pruned and quantized matrix that owns its bytes.
#pragma once

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/layout/sparse_matrix_view.hpp>

#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// Exactly the bytes of layout/sparse_geometry.hpp, on a 64-byte boundary. `pack_sparse` makes it.
template <layout_type L> class sparse_matrix {
  public:
    using layout_type = L;

    sparse_matrix() = default;

    /// Takes bytes that `view`, of the same bytes, describes.
    sparse_matrix(aligned_buffer bytes, const sparse_matrix_view<L>& view)
        : buffer_{std::move(bytes)}, view_{view} {
        view_.bytes = buffer_.bytes();
        GRADUS_EXPECT(view_.complete());
        view_.bytes = {};
    }

    [[nodiscard]] index_t rows() const noexcept { return view_.rows; }

    [[nodiscard]] index_t cols() const noexcept { return view_.cols; }

    [[nodiscard]] const typename L::mapping_type& map() const noexcept { return view_.map; }

    [[nodiscard]] const typename L::grouping_type& groups() const noexcept { return view_.groups; }

    [[nodiscard]] const survivor_pattern& pattern() const noexcept { return view_.pattern; }

    /// Valid while the matrix lives and stays where it is.
    [[nodiscard]] sparse_matrix_view<L> view() const& noexcept {
        sparse_matrix_view<L> view = view_;
        view.bytes = buffer_.bytes();
        return view;
    }

    sparse_matrix_view<L> view() && = delete;  // it would outlive its bytes

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return buffer_.bytes(); }

    /// Gives the bytes away; the matrix is empty then.
    [[nodiscard]] aligned_buffer take_bytes() && noexcept {
        view_.rows = view_.cols = 0;
        return std::move(buffer_);
    }

    /// Every stored bit: grids, index, ends, survivors, codebook. Equal to what is allocated; a
    /// file holds the codebook as f16, counted here, and pads parts to 64 bytes.
    [[nodiscard]] index_t size_in_bits() const noexcept {
        return 8 * buffer_.size() + codebook_bits<L>;
    }

  private:
    aligned_buffer buffer_;
    sparse_matrix_view<L> view_;  ///< without bytes: they move with the buffer
};

}  // namespace GRADUS_ISA
}  // namespace gradus

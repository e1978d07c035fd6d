// SPDX-License-Identifier: MIT
// Float weights in the order in which the product reads them.
#pragma once

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/core/matrix_view.hpp>

#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// A matrix [rows, cols] as panels of sixteen rows, each [cols][16]. The last panel is filled up
/// with zeros: this is a working form in memory, not a stored one.
class f32_panels {
  public:
    static constexpr index_t height = 16;

    f32_panels() = default;

    explicit f32_panels(matrix_view<const float> w)
        : buffer_{(w.rows + height - 1) / height * height * w.cols * sizeof(float)},
          rows_{w.rows},
          cols_{w.cols} {
        auto* to = values();
        for (index_t r = 0; r < w.rows; ++r) {
            float* lane = to + r / height * height * w.cols + r % height;
            for (index_t c = 0; c < w.cols; ++c) {
                lane[c * height] = w(r, c);
            }
        }
    }

    [[nodiscard]] index_t rows() const noexcept { return rows_; }

    [[nodiscard]] index_t cols() const noexcept { return cols_; }

    [[nodiscard]] index_t panels() const noexcept { return (rows_ + height - 1) / height; }

    [[nodiscard]] const float* panel(index_t i) const noexcept {
        return values() + i * height * cols_;
    }

  private:
    [[nodiscard]] float* values() const noexcept {
        return static_cast<float*>(
            static_cast<void*>(const_cast<std::byte*>(buffer_.bytes().data())));
    }

    aligned_buffer buffer_;
    index_t rows_ = 0;
    index_t cols_ = 0;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

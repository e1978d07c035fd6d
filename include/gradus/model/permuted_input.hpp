// SPDX-License-Identifier: MIT
// The permutation of an input, before the matrices whose columns were permuted.
#pragma once

#include <gradus/kernels/permute_columns.hpp>
#include <gradus/model/input_transform.hpp>

#include <concepts>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// Something that owns (or keeps alive) a permutation: `column_order`, or one in a mapped file.
template <class Order>
concept holds_order = std::movable<Order> && requires(const Order& order) {
    { order.view() } -> std::convertible_to<column_order_view>;
};

/// y[:, i] = x[:, source(i)].
template <holds_order Order> class permuted_input final : public input_transform {
  public:
    /// `order` is a permutation: `column_order` makes sure, and so does `packed_file`.
    explicit permuted_input(Order order) : order_{std::move(order)} {}

    [[nodiscard]] index_t width() const override { return order_.view().cols; }

    [[nodiscard]] index_t size_in_bits() const override { return order_.view().size_in_bits(); }

    void apply(matrix_view<const float> x, matrix_view<float> y) const override {
        permute_columns(order_.view(), x, y);
    }

  private:
    Order order_;
};

template <holds_order Order> [[nodiscard]] transform_pointer permute_input(Order order) {
    return std::make_shared<const permuted_input<Order>>(std::move(order));
}

}  // namespace GRADUS_ISA
}  // namespace gradus

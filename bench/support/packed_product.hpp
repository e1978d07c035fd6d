// SPDX-License-Identifier: MIT
// A product of one of our layouts, as a contestant of product.hpp.
#pragma once

#include "packed_slab.hpp"
#include "products.hpp"

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace gradus_bench {

/// Copies of one matrix in the arena, and y. The slab's tiles are repeated downwards.
template <gradus::layout_type L, activation_form Form> class packed_product {
  public:
    explicit packed_product(const product_shape& shape)
        : x_{activations(shape.tokens)},
          y_(shape.rows * shape.tokens),
          out_{y_.data(), shape.tokens, shape.rows},
          threads_{static_cast<unsigned>(shape.threads)} {
        const gradus::packed_matrix<L>& part = packed_slab<L>();
        const std::size_t size = part.bytes().size() * (shape.rows / slab_rows);
        const std::size_t copies = copies_of(shape, size);
        for (std::size_t i = 0; i < copies; ++i) {
            repeat(part.bytes(), slot(i, size));
            matrices_.push_back({slot(i, size), shape.rows, shape.cols, part.map(), part.groups()});
        }
        if (!matrices_[0].complete()) {
            std::fprintf(stderr, "the tiles of %s do not lie one after the other\n",
                         L::name.view().data());
            std::abort();
        }
    }

    [[nodiscard]] std::size_t copies() const { return matrices_.size(); }

    [[nodiscard]] std::size_t bytes() const { return matrices_[0].bytes.size(); }

    [[nodiscard]] std::span<const float> outputs() const { return y_; }

    void run(std::size_t copy) { multiply<L, Form>(matrices_[copy], x_, out_, threads_); }

  private:
    gradus::matrix_view<const float> x_;
    std::vector<float> y_;
    gradus::matrix_view<float> out_;
    gradus::thread_pool threads_;
    std::vector<gradus::packed_view<L>> matrices_;
};

/// Registers every shape that `for_each_shape` yields, for layout L.
template <gradus::layout_type L, activation_form Form, class ForEachShape>
void add_packed(ForEachShape&& for_each_shape) {
    if constexpr (measured<L, Form>) {
        for_each_shape([](const product_shape& shape) {
            add_product(shape, Form, std::string{L::name.view()},
                        [](const product_shape& s) { return packed_product<L, Form>{s}; });
        });
    }
}

template <gradus::layout_type L, class ForEachShape>
void add_packed_forms(ForEachShape&& for_each_shape) {
    add_packed<L, activation_form::f32>(for_each_shape);
    add_packed<L, activation_form::int8_per_token>(for_each_shape);
    add_packed<L, activation_form::int8_per_group>(for_each_shape);
}

}  // namespace gradus_bench

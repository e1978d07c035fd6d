// SPDX-License-Identifier: MIT
// OpenBLAS's sgemv and sgemm: what not quantizing costs. Its core type stands in the name, as old
// versions take new processors for old ones (OPENBLAS_CORETYPE overrides it).
#include "../support/product.hpp"

#include <cblas.h>

namespace {

using namespace gradus_bench;

class openblas_product {
  public:
    explicit openblas_product(const product_shape& shape)
        : rows_{static_cast<int>(shape.rows)},
          cols_{static_cast<int>(shape.cols)},
          tokens_{static_cast<int>(shape.tokens)},
          x_{activations(shape.tokens).data},
          y_(shape.rows * shape.tokens) {
        ::openblas_set_num_threads(static_cast<int>(shape.threads));
        const std::span part{slab().data, slab().size()};
        for (std::size_t i = 0; i < copies_of(shape, bytes()); ++i) {
            repeat(std::as_bytes(part), slot(i, bytes()));
            weights_.push_back(reinterpret_cast<const float*>(slot(i, bytes()).data()));
        }
    }

    [[nodiscard]] std::size_t copies() const { return weights_.size(); }

    [[nodiscard]] std::size_t bytes() const {
        return static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_) * sizeof(float);
    }

    [[nodiscard]] std::span<const float> outputs() const { return y_; }

    void run(std::size_t copy) {
        const float* const w = weights_[copy];
        if (tokens_ == 1) {
            ::cblas_sgemv(CblasRowMajor, CblasNoTrans, rows_, cols_, 1.0f, w, cols_, x_, 1, 0.0f,
                          y_.data(), 1);
        } else {
            ::cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, tokens_, rows_, cols_, 1.0f, x_,
                          cols_, w, cols_, 0.0f, y_.data(), rows_);
        }
    }

  private:
    int rows_;
    int cols_;
    int tokens_;
    const float* x_;
    std::vector<float> y_;
    std::vector<const float*> weights_;
};

[[maybe_unused]] const bool registered = [] {
    const auto each = [](const product_shape& shape) {
        if (shape.where == memory::l3) { return; }  // 64 MiB
        add_product(shape, activation_form::f32,
                    std::string{"openblas_"} + ::openblas_get_corename(),
                    [](const product_shape& s) { return openblas_product{s}; });
    };
    for_each_gemv_shape(each);
    for_each_gemm_shape(each);
    return true;
}();

}  // namespace

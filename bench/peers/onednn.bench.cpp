// SPDX-License-Identifier: MIT
// oneDNN's int8 matmul, one scale a row: s32 sums of codes. Quantizing the activations and scaling
// the sums are not timed, which favours it.
#include "../support/int8_rows.hpp"
#include "../support/product.hpp"

#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>

namespace {

using namespace gradus_bench;

class onednn_product {
  public:
    onednn_product(const product_shape& shape, bool unsigned_x)
        : threads_{static_cast<int>(shape.threads)},
          unsigned_x_{unsigned_x},
          x_(shape.tokens * shape.cols),
          sums_(shape.tokens * shape.rows),
          y_(slab_rows),
          how_{make(shape)},
          multiply_{how_} {
        const int8_rows quantized = to_int8_rows(activations(shape.tokens));
        x_scale_ = quantized.scales[0];
        for (std::size_t i = 0; i < x_.size(); ++i) {
            const int shift = unsigned_x ? 128 : 0;  // undone in outputs()
            x_[i] = static_cast<std::uint8_t>(quantized.codes[i] + shift);
        }
        fill(shape);
        in_ = dnnl::memory{how_.src_desc(), engine(), x_.data()};
        out_ = dnnl::memory{how_.dst_desc(), engine(), sums_.data()};
    }

    [[nodiscard]] std::size_t copies() const { return weights_.size(); }

    [[nodiscard]] std::size_t bytes() const { return how_.weights_desc().get_size(); }

    [[nodiscard]] std::span<const float> outputs() {
        for (std::size_t r = 0; r < slab_rows; ++r) {
            const std::int32_t sum = sums_[r] - (unsigned_x_ ? 128 * code_sums_[r] : 0);
            y_[r] = static_cast<float>(sum) * x_scale_ * w_scales_[r];
        }
        return y_;
    }

    void run(std::size_t copy) {
        ::omp_set_num_threads(threads_);
        multiply_.execute(
            stream(),
            {{DNNL_ARG_SRC, in_}, {DNNL_ARG_WEIGHTS, weights_[copy]}, {DNNL_ARG_DST, out_}});
        stream().wait();
    }

  private:
    using type = dnnl::memory::data_type;
    using tag = dnnl::memory::format_tag;

    static dnnl::engine& engine() {
        static dnnl::engine one{dnnl::engine::kind::cpu, 0};
        return one;
    }

    static dnnl::stream& stream() {
        static dnnl::stream one{engine()};
        return one;
    }

    [[nodiscard]] dnnl::matmul::primitive_desc make(const product_shape& shape) const {
        ::omp_set_num_threads(threads_);  // blocking follows the number of threads
        const auto m = static_cast<dnnl::memory::dim>(shape.tokens);
        const auto k = static_cast<dnnl::memory::dim>(shape.cols);
        const auto n = static_cast<dnnl::memory::dim>(shape.rows);
        const dnnl::memory::desc x{{m, k}, unsigned_x_ ? type::u8 : type::s8, tag::ab};
        const dnnl::memory::desc w{{k, n}, type::s8, tag::any};
        const dnnl::memory::desc y{{m, n}, type::s32, tag::ab};
        return {dnnl::matmul::desc{x, w, y}, engine()};
    }

    void fill(const product_shape& shape) {
        const int8_rows quantized = to_int8_rows(slab());
        w_scales_ = quantized.scales;
        for (std::size_t r = 0; r < slab_rows; ++r) {
            std::int32_t sum = 0;
            for (std::size_t c = 0; c < sample_cols; ++c) {
                sum += quantized.codes[r * sample_cols + c];
            }
            code_sums_.push_back(sum);
        }
        std::vector<std::int8_t> whole(shape.rows * shape.cols);
        repeat(std::as_bytes(std::span{quantized.codes}), std::as_writable_bytes(std::span{whole}));
        dnnl::memory plain{{{static_cast<dnnl::memory::dim>(shape.cols),
                             static_cast<dnnl::memory::dim>(shape.rows)},
                            type::s8,
                            tag::ba},
                           engine(),
                           whole.data()};
        for (std::size_t i = 0; i < copies_of(shape, bytes()); ++i) {
            weights_.emplace_back(how_.weights_desc(), engine(), slot(i, bytes()).data());
            if (i > 0) {
                std::memcpy(slot(i, bytes()).data(), slot(0, bytes()).data(), bytes());
                continue;
            }
            dnnl::reorder{plain, weights_[0]}.execute(stream(), plain, weights_[0]);
            stream().wait();
        }
    }

    int threads_;
    bool unsigned_x_;
    std::vector<std::uint8_t> x_;
    std::vector<std::int32_t> sums_;
    std::vector<float> y_;
    std::vector<float> w_scales_;
    std::vector<std::int32_t> code_sums_;
    float x_scale_ = 0.0f;
    dnnl::matmul::primitive_desc how_;
    dnnl::matmul multiply_;
    std::vector<dnnl::memory> weights_;
    dnnl::memory in_;
    dnnl::memory out_;
};

[[maybe_unused]] const bool registered = [] {
    for (const bool unsigned_x : {true, false}) {
        const auto each = [&](const product_shape& shape) {
            add_product(
                shape, activation_form::int8_per_token, unsigned_x ? "onednn_u8s8" : "onednn_s8s8",
                [unsigned_x](const product_shape& s) { return onednn_product{s, unsigned_x}; });
        };
        for_each_gemv_shape(each);
        for_each_gemm_shape(each);
    }
    return true;
}();

}  // namespace

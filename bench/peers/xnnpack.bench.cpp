// SPDX-License-Identifier: MIT
// XNNPACK's fully connected operator, f32 in and out: each call quantizes the activations, one
// scale and zero point a token. Weights: 4 bits with bf16 scales a block, 4 and 8 bits with one f32
// a row.
#include "../support/int8_rows.hpp"
#include "../support/product.hpp"

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <pthreadpool.h>
#include <tuple>
#include <xnnpack.h>

namespace {

using namespace gradus_bench;

/// What XNNPACK stores; `block` is 0 for one scale a row.
struct stored_form {
    const char* name;
    int bits;
    std::size_t block;

    /// Codes, scales, and the f32 sum and bias that each packed row carries.
    [[nodiscard]] std::size_t bytes(const product_shape& shape) const {
        const std::size_t scales = block == 0 ? sizeof(float) : 2 * (shape.cols / block);
        return shape.rows * (shape.cols * static_cast<std::size_t>(bits) / 8 + scales + 8);
    }
};

constexpr std::array<stored_form, 4> forms = {{{"xnnpack_qb4w_g32", 4, 32},
                                               {"xnnpack_qb4w_g128", 4, 128},
                                               {"xnnpack_qc4w", 4, 0},
                                               {"xnnpack_qc8w", 8, 0}}};

void require(xnn_status status, const char* what) {
    if (status == xnn_status_success) { return; }
    std::fprintf(stderr, "XNNPACK: %s failed (status %d)\n", what, static_cast<int>(status));
    std::abort();
}

/// Memory on huge pages, as ours; XNNPACK packs weights into memory that it asks for.
void* allocate(void*, std::size_t alignment, std::size_t size) {
    const std::size_t on = size >= huge_page ? huge_page : std::max<std::size_t>(alignment, 64);
    void* const got = std::aligned_alloc(on, (size + on - 1) / on * on);
    if (got != nullptr && size >= huge_page) { prefer_huge_pages(got, size); }
    return got;
}

void initialize() {
    static const xnn_allocator allocator = {
        nullptr,
        [](void*, std::size_t size) { return std::malloc(size); },
        [](void*, void* old, std::size_t size) { return std::realloc(old, size); },
        [](void*, void* old) { std::free(old); },
        allocate,
        [](void*, void* old) { std::free(old); }};
    static const xnn_status status = xnn_initialize(&allocator);
    require(status, "initialization");
}

std::uint16_t to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

/// The slab repeated to [rows, cols]: symmetric codes by the largest magnitude of each run.
struct quantized_weights {
    std::vector<std::uint8_t> codes;    ///< 4 bits: code + 8, low nibble first; 8 bits: int8
    std::vector<float> row_scales;      ///< one a row
    std::vector<std::uint16_t> scales;  ///< one a block, bf16

    quantized_weights(const product_shape& shape, const stored_form& form) {
        const std::size_t run = form.block == 0 ? shape.cols : form.block;
        const float largest = form.bits == 4 ? 7.0f : 127.0f;
        const int8_rows made = to_int8_rows({slab().data, slab().size() / run, run}, largest);
        std::vector<std::uint8_t> part;
        if (form.bits == 8) {
            for (const std::int8_t code : made.codes) {
                part.push_back(static_cast<std::uint8_t>(code));
            }
        } else {
            for (std::size_t i = 0; i < made.codes.size(); i += 2) {
                part.push_back(static_cast<std::uint8_t>((made.codes[i] + 8) |
                                                         ((made.codes[i + 1] + 8) << 4)));
            }
        }
        for (std::size_t copy = 0; copy < shape.rows / slab_rows; ++copy) {
            codes.insert(codes.end(), part.begin(), part.end());
            for (const float scale : made.scales) {
                row_scales.push_back(scale);
                scales.push_back(to_bf16(scale));
            }
        }
    }
};

std::uint32_t define_weights(xnn_subgraph_t graph,
                             const product_shape& shape,
                             const stored_form& form,
                             const quantized_weights& weights) {
    const std::array<std::size_t, 2> dims = {shape.rows, shape.cols};
    const int zero_point = form.bits == 4 ? 8 : 0;
    std::uint32_t w = 0;
    if (form.block != 0) {
        require(xnn_define_blockwise_quantized_tensor_value(
                    graph, xnn_datatype_qbint4, zero_point, weights.scales.data(), 2, 0, form.block,
                    dims.data(), weights.codes.data(), XNN_INVALID_VALUE_ID, 0, &w),
                "the weights");
    } else {
        require(xnn_define_channelwise_quantized_tensor_value_v2(
                    graph, form.bits == 4 ? xnn_datatype_qcint4 : xnn_datatype_qcint8, zero_point,
                    weights.row_scales.data(), 2, 0, dims.data(), weights.codes.data(),
                    XNN_INVALID_VALUE_ID, 0, &w),
                "the weights");
    }
    return w;
}

using owned_runtime = std::unique_ptr<xnn_runtime, xnn_status (*)(xnn_runtime_t)>;

/// One operator with its own packed weights; takes any number of tokens.
owned_runtime make_runtime(const product_shape& shape,
                           const stored_form& form,
                           const quantized_weights& weights,
                           pthreadpool_t workers) {
    xnn_subgraph_t graph = nullptr;
    require(xnn_create_subgraph(2, 0, &graph), "a subgraph");
    const std::array<std::size_t, 2> x_dims = {1, shape.cols};
    const std::array<std::size_t, 2> y_dims = {1, shape.rows};
    std::uint32_t x = 0;
    std::uint32_t q = 0;
    std::uint32_t y = 0;
    require(xnn_define_tensor_value(graph, xnn_datatype_fp32, 2, x_dims.data(), nullptr, 0,
                                    XNN_VALUE_FLAG_EXTERNAL_INPUT, &x),
            "the input");
    require(xnn_define_dynamically_quantized_tensor_value(
                graph, xnn_datatype_qdint8, 2, 1, x_dims.data(), XNN_INVALID_VALUE_ID, 0, &q),
            "the quantized input");
    const std::uint32_t w = define_weights(graph, shape, form, weights);
    require(xnn_define_tensor_value(graph, xnn_datatype_fp32, 2, y_dims.data(), nullptr, 1,
                                    XNN_VALUE_FLAG_EXTERNAL_OUTPUT, &y),
            "the output");
    require(xnn_define_unary(graph, xnn_unary_convert, nullptr, x, q, 0), "the conversion");
    constexpr float infinity = std::numeric_limits<float>::infinity();
    require(
        xnn_define_fully_connected(graph, -infinity, infinity, q, w, XNN_INVALID_VALUE_ID, y, 0),
        "the product");
    xnn_runtime_t made = nullptr;
    require(xnn_create_runtime_v2(graph, workers, 0, &made), "a runtime");
    xnn_delete_subgraph(graph);
    return {made, xnn_delete_runtime};
}

/// All copies of one matrix. Packing takes seconds, so they are made once and kept.
struct kept_runtimes {
    std::unique_ptr<struct pthreadpool, void (*)(pthreadpool_t)> workers;
    std::vector<owned_runtime> runtimes;
};

kept_runtimes& runtimes_of(const product_shape& shape, const stored_form& form) {
    using key = std::tuple<std::string, std::size_t, std::size_t>;
    static std::map<key, kept_runtimes> kept;
    const auto [at, fresh] = kept.try_emplace(
        key{form.name, shape.rows, shape.threads},
        kept_runtimes{
            {shape.threads == 1 ? nullptr : pthreadpool_create(shape.threads), pthreadpool_destroy},
            {}});
    const std::size_t wanted = copies_of(shape, form.bytes(shape));
    if (at->second.runtimes.size() < wanted) {
        const quantized_weights weights{shape, form};
        while (at->second.runtimes.size() < wanted) {
            at->second.runtimes.push_back(
                make_runtime(shape, form, weights, at->second.workers.get()));
        }
    }
    return at->second;
}

class xnnpack_product {
  public:
    xnnpack_product(const product_shape& shape, const stored_form& form)
        : bytes_{form.bytes(shape)}, y_(shape.rows * shape.tokens) {
        initialize();
        const std::array<std::size_t, 2> dims = {shape.tokens, shape.cols};
        // XNNPACK may read some bytes beyond the input.
        x_.assign(shape.tokens * shape.cols + XNN_EXTRA_BYTES, 0.0f);
        std::copy_n(activations(shape.tokens).data, shape.tokens * shape.cols, x_.begin());
        const std::array<xnn_external_value, 2> values = {{{0, x_.data()}, {1, y_.data()}}};
        kept_runtimes& kept = runtimes_of(shape, form);
        for (std::size_t i = 0; i < copies_of(shape, bytes_); ++i) {
            const xnn_runtime_t runtime = kept.runtimes[i].get();
            require(xnn_reshape_external_value(runtime, 0, 2, dims.data()), "new sizes");
            require(xnn_reshape_runtime(runtime), "reshaping");
            require(xnn_setup_runtime_v2(runtime, values.size(), values.data()), "the set-up");
            runtimes_.push_back(runtime);
        }
    }

    [[nodiscard]] std::size_t copies() const { return runtimes_.size(); }

    [[nodiscard]] std::size_t bytes() const { return bytes_; }

    [[nodiscard]] std::span<const float> outputs() const { return y_; }

    void run(std::size_t copy) { xnn_invoke_runtime(runtimes_[copy]); }

  private:
    std::size_t bytes_;
    std::vector<float> x_;
    std::vector<float> y_;
    std::vector<xnn_runtime_t> runtimes_;
};

[[maybe_unused]] const bool registered = [] {
    for (const stored_form& form : forms) {
        const auto each = [&](const product_shape& shape) {
            add_product(shape, activation_form::int8_per_token, form.name,
                        [&form](const product_shape& s) { return xnnpack_product{s, form}; });
        };
        for_each_gemv_shape(each);
        for_each_gemm_shape(each);
    }
    return true;
}();

}  // namespace

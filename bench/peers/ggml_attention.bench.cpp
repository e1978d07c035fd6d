// SPDX-License-Identifier: MIT
// Flash attention of ggml over f16 and quantized caches.
#include "../support/attention.hpp"
#include "ggml_product.hpp"

namespace {

using namespace gradus_bench;

/// Keys and values are [head_width, tokens, kv_heads], queries [head_width, queries, query_heads];
/// several queries all see all tokens, a few more than ours.
class ggml_attention {
  public:
    ggml_attention(ggml_type type, const attention_shape& shape)
        : row_{ggml_row_size(type, head_width)},
          storage_{2 * kv_heads * shape.tokens * row_},
          query_(some_queries(shape.queries).data,
                 some_queries(shape.queries).data + shape.queries * query_cols),
          result_(query_.size()) {
        const gradus::index_t tokens = shape.tokens;
        memory_.reset(ggml_init({std::size_t{1} << 16, nullptr, true}));
        const auto cached = static_cast<std::int64_t>(tokens);
        const auto tensor = [&](ggml_type of, std::int64_t rows, std::size_t heads, void* data) {
            ggml_tensor* const made = ggml_new_tensor_3d(memory_.get(), of, head_width, rows,
                                                         static_cast<std::int64_t>(heads));
            made->data = data;
            return made;
        };
        std::byte* const keys = storage_.bytes().data();
        std::byte* const values = keys + kv_heads * tokens * row_;
        fill(type, tokens, 3, keys);
        fill(type, tokens, 4, values);
        ggml_tensor* const q = tensor(GGML_TYPE_F32, static_cast<std::int64_t>(shape.queries),
                                      query_heads, query_.data());
        ggml_tensor* const k = tensor(type, cached, kv_heads, keys);
        ggml_tensor* const v = tensor(type, cached, kv_heads, values);
        const float scale = 1.0f / std::sqrt(static_cast<float>(head_width));
        ggml_tensor* const out =
            ggml_flash_attn_ext(memory_.get(), q, k, v, nullptr, scale, 0.0f, 0.0f);
        out->data = result_.data();
        graph_ = ggml_new_graph_custom(memory_.get(), 4, false);
        ggml_build_forward_expand(graph_, out);
        for (const std::size_t threads : {1u, 2u}) {
            ggml_threadpool_params how = ggml_threadpool_params_default(static_cast<int>(threads));
            workers_[threads - 1].reset(ggml_threadpool_new(&how));
            plans_[threads - 1] =
                ggml_graph_plan(graph_, static_cast<int>(threads), workers_[threads - 1].get());
            work_.resize(std::max(work_.size(), plans_[threads - 1].work_size));
        }
    }

    [[nodiscard]] std::size_t bytes() const { return storage_.bytes().size(); }

    void run(std::span<float> out, std::size_t threads) {
        ggml_cplan& plan = plans_[threads - 1];
        plan.work_data = work_.data();
        ggml_graph_compute(graph_, &plan);
        std::copy(result_.begin(), result_.end(), out.begin());
    }

  private:
    void fill(ggml_type type, gradus::index_t tokens, std::uint64_t seed, std::byte* to) const {
        const auto from = some_tokens(seed);
        for (gradus::index_t h = 0; h < kv_heads; ++h) {
            for (gradus::index_t t = 0; t < tokens; ++t) {
                ggml_quantize_chunk(type, &from(t % from.rows, h * head_width),
                                    to + (h * tokens + t) * row_, 0, 1, head_width, nullptr);
            }
        }
    }

    std::size_t row_;
    huge_buffer storage_;
    std::vector<float> query_;
    std::vector<float> result_;
    ggml_memory memory_;
    std::array<ggml_workers, 2> workers_;
    ggml_cgraph* graph_ = nullptr;
    std::array<ggml_cplan, 2> plans_{};
    std::vector<std::uint8_t> work_;
};

/// A type of its own for each, so that each keeps its own caches.
template <ggml_type Type> void add() {
    add_attention(std::string{"ggml_"} + ggml_type_name(Type),
                  [](const attention_shape& s) { return ggml_attention{Type, s}; });
}

[[maybe_unused]] const bool registered = [] {
    ggml_cpu_init();
    add<GGML_TYPE_F16>();
    add<GGML_TYPE_Q8_0>();
    add<GGML_TYPE_Q4_0>();
    return true;
}();

}  // namespace

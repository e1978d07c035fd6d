// SPDX-License-Identifier: MIT
// A matrix product as ggml computes it on the CPU, plain or repacked.
#pragma once

#include "../support/product.hpp"

#include <ggml-backend.h>
#include <ggml-cpu.h>
#include <ggml.h>
#include <memory>
#include <vector>

namespace gradus_bench {

template <class T, void (*Free)(T*)> struct freed_by {
    void operator()(T* owned) const { Free(owned); }
};

using ggml_memory = std::unique_ptr<ggml_context, freed_by<ggml_context, ggml_free>>;
using ggml_workers =
    std::unique_ptr<ggml_threadpool, freed_by<ggml_threadpool, ggml_threadpool_free>>;
using ggml_bytes =
    std::unique_ptr<ggml_backend_buffer, freed_by<ggml_backend_buffer, ggml_backend_buffer_free>>;

/// The buffer type that reorders weights when they are set, or nullptr.
inline ggml_backend_buffer_type_t ggml_repacking() {
    ggml_backend_reg_t registry = ggml_backend_cpu_reg();
    using getter = ggml_backend_buffer_type_t* (*)(ggml_backend_dev_t);
    const auto get = reinterpret_cast<getter>(
        ggml_backend_reg_get_proc_address(registry, "ggml_backend_dev_get_extra_bufts"));
    if (get == nullptr) { return nullptr; }
    ggml_backend_buffer_type_t* all = get(ggml_backend_reg_dev_get(registry, 0));
    for (; all != nullptr && *all != nullptr; ++all) {
        if (std::string{ggml_backend_buft_name(*all)} == "CPU_REPACK") { return *all; }
    }
    return nullptr;
}

/// The slab in ggml's format, without importances.
inline std::vector<std::byte> ggml_slab(ggml_type type) {
    std::vector<std::byte> packed(slab_rows * ggml_row_size(type, sample_cols));
    ggml_quantize_chunk(type, slab().data, packed.data(), 0, slab_rows, sample_cols, nullptr);
    return packed;
}

/// Products of every copy, each planned beforehand, so that `run` times the arithmetic, ggml's
/// quantization of the activations and the hand-over to its standing threads.
class ggml_product {
  public:
    ggml_product(const product_shape& shape, ggml_type type, bool repacked)
        : bytes_{shape.rows * ggml_row_size(type, static_cast<std::int64_t>(shape.cols))},
          y_(shape.rows * shape.tokens) {
        const std::size_t copies = copies_of(shape, bytes_);
        memory_.reset(ggml_init({(copies + 1) * (std::size_t{1} << 14), nullptr, true}));
        workers_ = start_workers(shape.threads);
        place_weights(repacked, copies);
        fill_weights(shape, type, repacked, copies);
        plan(shape);
    }

    [[nodiscard]] std::size_t copies() const { return graphs_.size(); }

    [[nodiscard]] std::size_t bytes() const { return bytes_; }

    [[nodiscard]] std::span<const float> outputs() const { return y_; }

    void run(std::size_t copy) { ggml_graph_compute(graphs_[copy], &plans_[copy]); }

  private:
    static ggml_workers start_workers(std::size_t threads) {
        ggml_threadpool_params how = ggml_threadpool_params_default(static_cast<int>(threads));
        return ggml_workers{ggml_threadpool_new(&how)};
    }

    /// Plain weights lie in the arena; repacked ones must lie in memory that ggml allocates, which
    /// gets the same huge pages. One such buffer serves all types in turn.
    void place_weights(bool repacked, std::size_t copies) {
        if (!repacked) {
            plain_.reset(ggml_backend_cpu_buffer_from_ptr(arena().data(), arena().size()));
            weights_ = plain_.get();
            return;
        }
        static ggml_bytes own;
        const std::size_t wanted = copies * stride();
        if (own == nullptr || ggml_backend_buffer_get_size(own.get()) < wanted) {
            own.reset(ggml_backend_buft_alloc_buffer(ggml_repacking(), wanted));
            prefer_huge_pages(ggml_backend_buffer_get_base(own.get()), wanted);
        }
        weights_ = own.get();
    }

    void
    fill_weights(const product_shape& shape, ggml_type type, bool repacked, std::size_t copies) {
        const std::vector<std::byte> part = ggml_slab(type);
        auto* const base = static_cast<std::byte*>(ggml_backend_buffer_get_base(weights_));
        for (std::size_t i = 0; i < copies; ++i) {
            ggml_tensor* const w =
                ggml_new_tensor_2d(memory_.get(), type, static_cast<std::int64_t>(shape.cols),
                                   static_cast<std::int64_t>(shape.rows));
            std::byte* const at = base + i * stride();
            ggml_backend_tensor_alloc(weights_, w, at);
            matrices_.push_back(w);
            if (i > 0) {
                std::memcpy(at, base, bytes_);
            } else if (repacked) {
                std::vector<std::byte> whole(bytes_);
                repeat(part, whole);
                ggml_backend_tensor_set(w, whole.data(), 0, bytes_);
            } else {
                repeat(part, {at, bytes_});
            }
        }
    }

    void plan(const product_shape& shape) {
        const gradus::matrix_view<const float> x = activations(shape.tokens);
        ggml_tensor* const in =
            ggml_new_tensor_2d(memory_.get(), GGML_TYPE_F32, static_cast<std::int64_t>(shape.cols),
                               static_cast<std::int64_t>(shape.tokens));
        in->data = const_cast<float*>(x.data);  // ggml reads it only
        for (ggml_tensor* const w : matrices_) {
            ggml_tensor* const out = ggml_mul_mat(memory_.get(), w, in);
            out->data = y_.data();
            ggml_cgraph* const graph = ggml_new_graph_custom(memory_.get(), 4, false);
            ggml_build_forward_expand(graph, out);
            graphs_.push_back(graph);
            plans_.push_back(
                ggml_graph_plan(graph, static_cast<int>(shape.threads), workers_.get()));
            work_.resize(std::max(work_.size(), plans_.back().work_size));
        }
        for (ggml_cplan& one : plans_) {
            one.work_data = work_.data();
        }
    }

    [[nodiscard]] std::size_t stride() const { return (bytes_ + 4095) / 4096 * 4096; }

    std::size_t bytes_;
    std::vector<float> y_;
    ggml_memory memory_;
    ggml_workers workers_;
    ggml_bytes plain_;
    ggml_backend_buffer_t weights_ = nullptr;
    std::vector<ggml_tensor*> matrices_;
    std::vector<ggml_cgraph*> graphs_;
    std::vector<ggml_cplan> plans_;
    std::vector<std::uint8_t> work_;
};

/// Whether ggml has a reordered form of `type` on this machine.
inline bool ggml_can_repack(ggml_type type) {
    if (ggml_repacking() == nullptr) { return false; }
    const ggml_memory memory{ggml_init({std::size_t{1} << 12, nullptr, true})};
    ggml_tensor* const probe = ggml_new_tensor_2d(memory.get(), type, sample_cols, slab_rows);
    const ggml_bytes buffer{ggml_backend_buft_alloc_buffer(ggml_repacking(), ggml_nbytes(probe))};
    ggml_backend_tensor_alloc(buffer.get(), probe, ggml_backend_buffer_get_base(buffer.get()));
    return probe->extra != nullptr;
}

}  // namespace gradus_bench

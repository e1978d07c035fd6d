// SPDX-License-Identifier: MIT
// Fake quantization: what a packed cache stores, decoded to floats and attended as floats.
#pragma once

#include <gradus/cache/packed_cache.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Answers from floats: every block is unpacked first. Sums are those of kv_attention.hpp, block by
/// block in the same order, so a packed cache with `defined_attention` answers with the same bits,
/// and a fast one within the bound of attention.hpp.
template <class Packed> class decoded_cache {
  public:
    static constexpr key_storage keys = Packed::keys;

    explicit decoded_cache(Packed packed) : packed_{std::move(packed)} {}

    auto append(matrix_view<const float> k, matrix_view<const float> v) {
        return packed_.append(k, v);
    }

    void attend(matrix_view<const float> queries, matrix_view<float> out) {
        decode();
        const kv_block_shape& shape = packed_.shape();
        const index_t sharing = queries.cols / (shape.heads * shape.width);
        for (index_t head = 0; head < shape.heads; ++head) {
            for (index_t row = 0; row < queries.rows * sharing; ++row) {
                const index_t col = (head * sharing + row % sharing) * shape.width;
                attend_row(head, queries, out, row / sharing, col);
            }
        }
    }

    [[nodiscard]] index_t length() const noexcept { return packed_.length(); }

    [[nodiscard]] index_t capacity() const noexcept { return packed_.capacity(); }

    [[nodiscard]] index_t size_in_bytes() const noexcept { return packed_.size_in_bytes(); }

    void truncate(index_t length) { packed_.truncate(length); }

    void reset() { packed_.reset(); }

  private:
    void decode() {
        const auto view = packed_.view();
        const kv_block_shape& shape = view.shape;
        const index_t cols = shape.heads * shape.width;
        keys_.resize(view.packed * cols);
        values_.resize(view.packed * cols);
        kv_packer packer{shape};
        for (index_t b = 0, first = 0; b < view.blocks.size(); ++b, first += shape.tokens) {
            const kv_block_view block = view.block(b);
            packer.unpack(view, block, {&keys_[first * cols], block.tokens, cols},
                          {&values_[first * cols], block.tokens, cols});
        }
    }

    /// One query over sinks, decoded blocks and recent tokens.
    void attend_row(index_t head,
                    matrix_view<const float> queries,
                    matrix_view<float> out,
                    index_t token,
                    index_t col) {
        const auto view = packed_.view();
        const index_t width = view.shape.width;
        query_.assign(&queries(token, col), &queries(token, col) + width);
        packed_.options().rotation.apply(query_);
        const kv_query row{query_.data(), &out(token, col),
                           view.length() - queries.rows + token + 1};
        const kv_softmax sums{{&row, 1}, width, memory()};
        sums.start();
        attend_kv_rows(sums, view.sinks.head_keys(head, width), view.sinks.head_values(head, width),
                       0);
        for (index_t first = 0; first < view.packed; first += view.shape.tokens) {
            const index_t count = std::min(view.shape.tokens, view.packed - first);
            attend_kv_rows<float>(sums, rows_of(keys_, head, first, count),
                                  rows_of(values_, head, first, count), view.sinks.count + first);
        }
        attend_kv_rows(sums, view.recent.head_keys(head, width),
                       view.recent.head_values(head, width), view.sinks.count + view.packed);
        sums.finish();
        if (packed_.options().rotate_values) {
            packed_.options().rotation.invert({row.result, width});
        }
    }

    [[nodiscard]] matrix_view<const float>
    rows_of(const std::vector<float>& of, index_t head, index_t first, index_t count) const {
        const index_t cols = packed_.shape().heads * packed_.shape().width;
        return matrix_view<const float>{of.data(), of.size() / cols, cols}
            .block(first, count)
            .columns(head * packed_.shape().width, packed_.shape().width);
    }

    [[nodiscard]] kv_attention_memory memory() {
        const auto view = packed_.view();
        const index_t part =
            std::max({view.shape.tokens, view.recent.count, view.sinks.count, index_t{1}});
        weights_.resize(part);
        results_.resize(view.shape.width);
        return {.codes = {},
                .unit = {},
                .weights = weights_,
                .scores = {},
                .results = results_,
                .highest = {&highest_, 1},
                .total = {&total_, 1},
                .part = part};
    }

    Packed packed_;
    std::vector<float> keys_;    // [packed tokens, heads * width]
    std::vector<float> values_;  // likewise
    std::vector<float> query_;
    std::vector<float> weights_;
    std::vector<double> results_;
    double highest_ = 0.0;
    double total_ = 0.0;
};

/// A `MakeCaches` of run_windows: the caches of another, decoded.
template <class Packed> struct decoded_caches {
    Packed inner;
    index_t tokens_a_step = inner.tokens_a_step;

    template <class Model> auto operator()(const Model& model, index_t capacity) const {
        std::vector<decoded_cache<typename Packed::cache_type>> caches;
        for (auto& cache : inner(model, capacity)) {
            caches.emplace_back(std::move(cache));
        }
        return caches;
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

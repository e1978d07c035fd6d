// SPDX-License-Identifier: MIT
// Any cache, with the channels of its heads shifted and reordered on the way in.
#pragma once

#include <gradus/cache/head_basis.hpp>
#include <gradus/concepts/kv_cache.hpp>
#include <gradus/core/executor.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// The coordinates of all heads of a layer.
struct layer_bases {
    std::vector<head_basis> keys;    ///< [heads]
    std::vector<head_basis> values;  ///< [heads]
};

/// Queries and results are in the coordinates of the model; the inner cache sees those of the
/// bases. With a float cache inside, the result is that of the float cache up to rounding.
template <kv_cache Cache> class based_cache {
  public:
    using inner_type = Cache;

    static constexpr key_storage keys = Cache::keys;

    based_cache(Cache inner, std::shared_ptr<const layer_bases> bases)
        : inner_{std::move(inner)}, bases_{std::move(bases)} {
        GRADUS_EXPECT(!bases_->keys.empty() && bases_->keys.size() == bases_->values.size());
    }

    [[nodiscard]] const Cache& inner() const noexcept { return inner_; }

    [[nodiscard]] Cache& inner() noexcept { return inner_; }

    /// What the inner cache returns.
    auto append(matrix_view<const float> new_keys, matrix_view<const float> new_values) {
        const matrix_view<float> k = room(keys_, new_keys.rows, new_keys.cols);
        const matrix_view<float> v = room(values_, new_values.rows, new_values.cols);
        const index_t width = bases_->keys[0].order.size();
        for (index_t t = 0; t < k.rows; ++t) {
            for (index_t h = 0; h < bases_->keys.size(); ++h) {
                const index_t at = h * width;
                to_basis(bases_->keys[h], new_keys.row(t).subspan(at, width), true,
                         k.row(t).subspan(at, width));
                to_basis(bases_->values[h], new_values.row(t).subspan(at, width), true,
                         v.row(t).subspan(at, width));
            }
        }
        return inner_.append(k, v);
    }

    /// The executor goes to a cache that takes one.
    template <executor E = const serial>
    void attend(matrix_view<const float> queries, matrix_view<float> out, E&& threads = serial{}) {
        const matrix_view<float> q = room(keys_, queries.rows, queries.cols);
        const matrix_view<float> result = room(values_, out.rows, out.cols);
        const index_t width = bases_->keys[0].order.size();
        const index_t sharing = queries.cols / width / bases_->keys.size();
        for (index_t t = 0; t < q.rows; ++t) {
            for (index_t at = 0; at < q.cols; at += width) {
                to_basis(bases_->keys[at / width / sharing], queries.row(t).subspan(at, width),
                         false, q.row(t).subspan(at, width));
            }
        }
        if constexpr (requires { inner_.attend(q, result, threads); }) {
            inner_.attend(q, result, threads);
        } else {
            inner_.attend(q, result);
        }
        for (index_t t = 0; t < q.rows; ++t) {
            for (index_t at = 0; at < q.cols; at += width) {
                from_basis(bases_->values[at / width / sharing], result.row(t).subspan(at, width),
                           out.row(t).subspan(at, width));
            }
        }
    }

    [[nodiscard]] index_t length() const noexcept { return inner_.length(); }

    [[nodiscard]] index_t capacity() const noexcept { return inner_.capacity(); }

    [[nodiscard]] index_t size_in_bytes() const noexcept { return inner_.size_in_bytes(); }

    void truncate(index_t length) { inner_.truncate(length); }

    void reset() { inner_.reset(); }

  private:
    [[nodiscard]] static matrix_view<float>
    room(std::vector<float>& memory, index_t rows, index_t cols) {
        if (memory.size() < rows * cols) { memory.resize(rows * cols); }
        return {memory.data(), rows, cols};
    }

    Cache inner_;
    std::shared_ptr<const layer_bases> bases_;
    std::vector<float> keys_;    // keys, then queries, in the coordinates of the bases
    std::vector<float> values_;  // values, then results
};

}  // namespace GRADUS_ISA
}  // namespace gradus

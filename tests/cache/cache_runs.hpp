// SPDX-License-Identifier: MIT
// Inputs for caches, attention on decoded tokens in double precision, and a menu of policies.
#pragma once

#include "../model/random_matrix.hpp"

#include <gradus/cache/kv_serial.hpp>
#include <gradus/cache/packed_cache.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace gradus::test {

/// Keys, values and queries; two query heads share a head.
struct tokens_of {
    tokens_of(index_t count, index_t heads, index_t width, std::uint64_t stream = 1)
        : keys(count, heads * width, stream),
          values(count, heads * width, stream + 1),
          queries(count, 2 * heads * width, stream + 2, 2.0f) {}

    matrix keys;
    matrix values;
    matrix queries;
};

/// Appends tokens [first, last), `at_once` at a time; an error fails the test.
template <class Cache>
void feed(Cache& cache, const tokens_of& in, index_t first, index_t last, index_t at_once = 1) {
    for (index_t t = first; t < last; t += at_once) {
        const index_t count = std::min(at_once, last - t);
        const auto stored =
            cache.append(in.keys.view().block(t, count), in.values.view().block(t, count));
        REQUIRE(stored.has_value());
    }
}

/// What a cache stands for, in its own (perhaps rotated) basis.
struct decoded {
    matrix keys;
    matrix values;
};

template <class Cache> decoded decode(const Cache& cache) {
    const auto view = cache.view();
    const kv_block_shape& shape = view.shape;
    const index_t cols = shape.heads * shape.width;
    decoded all{matrix(view.length(), cols), matrix(view.length(), cols)};
    kv_packer packer{shape};
    const auto rows = [&](const auto& part, index_t first) {
        for (index_t head = 0; head < shape.heads; ++head) {
            for (index_t t = 0; t < part.count; ++t) {
                for (index_t d = 0; d < shape.width; ++d) {
                    const index_t col = head * shape.width + d;
                    all.keys(first + t, col) = as_float(part.head_keys(head, shape.width)(t, d));
                    all.values(first + t, col) =
                        as_float(part.head_values(head, shape.width)(t, d));
                }
            }
        }
    };
    rows(view.sinks, 0);
    index_t first = view.sinks.count;
    for (index_t b = 0; b < view.blocks.size(); ++b) {
        const kv_block_view block = view.block(b);
        packer.unpack(view, block, all.keys.view().block(first, block.tokens),
                      all.values.view().block(first, block.tokens));
        first += block.tokens;
    }
    rows(view.recent, first);
    return all;
}

/// softmax(q k / sqrt(w)) v of the last queries.rows tokens, in double precision.
inline std::vector<double>
attention(const decoded& held, matrix_view<const float> queries, index_t heads, index_t width) {
    const index_t sharing = queries.cols / (heads * width);
    std::vector<double> out(queries.size());
    for (index_t row = 0; row < queries.rows; ++row) {
        const index_t visible = held.keys.rows - queries.rows + row + 1;
        for (index_t head = 0; head < heads * sharing; ++head) {
            const index_t from = head / sharing * width;
            std::vector<double> score(visible);
            double most = -1e300;
            for (index_t t = 0; t < visible; ++t) {
                for (index_t d = 0; d < width; ++d) {
                    score[t] += static_cast<double>(queries(row, head * width + d)) *
                                static_cast<double>(held.keys(t, from + d));
                }
                score[t] /= std::sqrt(static_cast<double>(width));
                most = std::max(most, score[t]);
            }
            double total = 0.0;
            for (double& s : score) {
                s = std::exp(s - most);
                total += s;
            }
            for (index_t t = 0; t < visible; ++t) {
                for (index_t d = 0; d < width; ++d) {
                    out[row * queries.cols + head * width + d] +=
                        score[t] / total * static_cast<double>(held.values(t, from + d));
                }
            }
        }
    }
    return out;
}

/// Policies of every kind: by channel and by token, both grids, groups, outliers.
inline std::vector<any_vectors> menu_of_policies() {
    std::vector<any_vectors> menu;
    for (const kv_vectors vectors : {kv_vectors::channel, kv_vectors::token}) {
        for (const bool centered : {false, true}) {
            for (const index_t group : {index_t{0}, index_t{16}}) {
                for (const double share : {0.0, 0.05}) {
                    menu.push_back({{vectors, centered, group, share}, {}});
                }
            }
        }
    }
    return menu;
}

inline constexpr int menu_of_widths[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 16};

template <class Float = f16>
using any_cache = packed_cache<any_vectors, any_vectors, kv_options<Float>>;

}  // namespace gradus::test

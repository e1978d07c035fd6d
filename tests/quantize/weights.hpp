// SPDX-License-Identifier: MIT
// Matrices to quantize, and what became of them.
#pragma once

#include "seed.hpp"

#include <gradus/core/matrix_view.hpp>
#include <gradus/core/random.hpp>
#include <gradus/kernels/decode.hpp>
#include <gradus/layout/packed_matrix.hpp>

#include <cmath>
#include <string_view>
#include <vector>

namespace gradus::test {

/// Owns its values, row-major.
struct weights {
    index_t rows;
    index_t cols;
    std::vector<float> values = std::vector<float>(rows * cols);

    operator weights_view() const { return {values.data(), rows, cols}; }

    float& operator()(index_t r, index_t c) { return values[r * cols + c]; }

    float operator()(index_t r, index_t c) const { return values[r * cols + c]; }
};

/// Bell-shaped, skewed a little, of another spread in each row.
inline weights bell_shaped(index_t rows, index_t cols, std::uint64_t stream = 0) {
    const auto key = random_key::of(seed(), 0x62656c6cu, stream);
    weights w{rows, cols};
    for (index_t i = 0; i < w.values.size(); ++i) {
        double sum = 0.1;
        for (index_t k = 0; k < 6; ++k) {
            sum += key.uniform(6 * i + k) - 0.5;
        }
        w.values[i] = static_cast<float>(sum * (0.02 + 0.01 * static_cast<double>(i / cols % 5)));
    }
    return w;
}

template <class L> weights decoded(const packed_matrix<L>& packed) {
    weights w{packed.rows(), packed.cols()};
    decode(packed.view(), matrix_view<float>{w.values.data(), w.rows, w.cols});
    return w;
}

/// Sum of squared errors, each times its column's importance.
inline double squared_error(const weights& a, const weights& b, floats importance = {}) {
    double sum = 0.0;
    for (index_t i = 0; i < a.values.size(); ++i) {
        const double e = static_cast<double>(a.values[i]) - static_cast<double>(b.values[i]);
        const double weight =
            importance.empty() ? 1.0 : static_cast<double>(importance[i % a.cols]);
        sum += weight * e * e;
    }
    return sum;
}

/// f(row, column, code, params) for every value.
template <class L, class F> void for_each_code(const packed_view<L>& w, F&& f) {
    for (index_t t = 0; t < w.shape().tiles(); ++t) {
        const index_t height = w.shape().tile_height(t);
        for_each_block(
            w, t,
            [&](const tile_grid<L>& grid, index_t first, index_t columns, const code_t* codes) {
                for (index_t r = 0; r < height; ++r) {
                    for (index_t c = 0; c < columns; ++c) {
                        f(t * L::tile_rows + r, first + c,
                          codes[code_position(r, c, height, columns)], grid.at(r));
                    }
                }
            });
    }
}

template <class T> bool same_bytes(const packed_matrix<T>& a, const packed_matrix<T>& b) {
    return a.bytes().size() == b.bytes().size() &&
           std::equal(a.bytes().begin(), a.bytes().end(), b.bytes().begin());
}

}  // namespace gradus::test

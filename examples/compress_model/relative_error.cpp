// SPDX-License-Identifier: MIT
// Quadratic forms of the packed triangle, a panel of columns at a time.
#include "relative_error.hpp"

#include <gradus/linalg/product.hpp>

#include <algorithm>

namespace compress_model {

using namespace gradus;

namespace {

constexpr index_t panel_cols = 256;

/// Columns [first, first + panel.cols) of S = X^T X.
void copy_columns(const input_statistics<>& s, index_t first, matrix_view<float> panel) {
    for (index_t i = 0; i < panel.rows; ++i) {
        for (index_t j = 0; j < panel.cols; ++j) {
            panel(i, j) = s.products()(i, first + j);
        }
    }
}

/// sum over rows of e S e^T.
double energy_of(matrix_view<const float> e, const input_statistics<>& s, thread_pool& threads) {
    const index_t most = std::min(panel_cols, e.cols);
    std::vector<float> panel(e.cols * most);
    std::vector<float> product(e.rows * most);
    double sum = 0.0;
    for (index_t first = 0; first < e.cols; first += most) {
        const index_t count = std::min(most, e.cols - first);
        const matrix_view<float> columns{panel.data(), e.cols, count};
        copy_columns(s, first, columns);
        std::fill(product.begin(), product.end(), 0.0f);  // products are added
        multiply(operand<float>::along_rows(e),
                 operand<float>::down_rows({panel.data(), e.cols, count}),
                 matrix_view<float>{product.data(), e.rows, count}, threads);
        for (index_t r = 0; r < e.rows; ++r) {
            for (index_t j = 0; j < count; ++j) {
                sum += static_cast<double>(e(r, first + j)) *
                       static_cast<double>(product[r * count + j]);
            }
        }
    }
    return sum;
}

}  // namespace

double relative_error(const named_matrix& w,
                      std::span<const float> q,
                      const input_statistics<>& statistics,
                      thread_pool& threads) {
    std::vector<float> lost(q.size());
    for (index_t i = 0; i < q.size(); ++i) {
        lost[i] = w.values[i] - q[i];
    }
    const double whole = energy_of(w.view(), statistics, threads);
    const double part = energy_of({lost.data(), w.rows, w.cols}, statistics, threads);
    return whole > 0.0 ? part / whole : 0.0;
}

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// All kernels of a layout on one matrix, against sums in double over its definition.
#pragma once

#include "definition.hpp"

#include <gradus/kernels/decode.hpp>
#include <gradus/kernels/gemv.hpp>

#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace gradus::test {

inline constexpr index_t all_batches[] = {1, 2, 3, 4, 5, 6, 11, 12, 13, 17};
inline constexpr index_t all_widths[] = {1, 3, 4, 5, 31, 32, 33, 63, 64, 65, 100, 172};

/// Values that differ from the definition's in any bit: of the whole matrix and of every tile.
template <class L> index_t decode_faults(const definition<L>& d, const packed_view<L>& view) {
    index_t faults = 0;
    constexpr float untouched = -77.0f;
    const index_t stride = d.cols + 3;  // what lies between rows must stay
    std::vector<float> out(d.rows * stride, untouched);
    const auto check = [&] {
        for (index_t i = 0; i < out.size(); ++i) {
            const index_t r = i / stride;
            const index_t c = i % stride;
            faults += same_bits(out[i], c < d.cols ? d.value(r, c) : untouched) ? 0u : 1u;
        }
        std::fill(out.begin(), out.end(), untouched);
    };
    const matrix_view<float> all{out.data(), d.rows, d.cols, stride};
    decode(view, all);
    check();
    for (index_t t = view.shape().tiles(); t-- > 0;) {
        decode_tile(view, t, all.block(t * L::tile_rows, view.shape().tile_height(t)));
    }
    check();
    return faults;
}

/// Blocks as panels, lanes from the tile's height on untouched.
template <class L> index_t panel_faults(const definition<L>& d, const packed_view<L>& view) {
    index_t faults = 0;
    constexpr float untouched = -77.0f;
    std::vector<float> panel(16 * L::block_cols);
    constexpr index_t halves = (L::tile_rows + 15) / 16;
    for (index_t t = 0; t < view.shape().tiles(); ++t) {
        const index_t height = view.shape().tile_height(t);
        index_t next = 0;
        for_each_block(
            view, t,
            [&](const tile_grid<L>& grid, index_t first, index_t columns, const code_t* codes) {
                faults += first == next ? 0u : 1u;
                next = first + columns;
                for (index_t half = 0; half < halves; ++half) {
                    std::fill(panel.begin(), panel.end(), untouched);
                    decode_panel<L>(view.map, grid, half, height, columns, codes, panel.data());
                    for (index_t i = 0; i < panel.size(); ++i) {
                        const index_t r = 16 * half + i % 16;
                        const bool inside = r < height && i / 16 < columns;
                        const float expected =
                            inside ? d.value(t * L::tile_rows + r, first + i / 16) : untouched;
                        faults += same_bits(panel[i], expected) ? 0u : 1u;
                    }
                }
            });
        faults += next == d.cols ? 0u : 1u;
    }
    return faults;
}

/// x [tokens, cols] and y [tokens, rows], with room between the rows of both.
struct product {
    index_t tokens;
    index_t rows;
    index_t cols;
    index_t x_stride = cols + 5;
    index_t y_stride = rows + 2;
    std::vector<float> x = std::vector<float>(tokens * x_stride);
    std::vector<float> y = std::vector<float>(tokens * y_stride);

    product(index_t token_count, index_t row_count, index_t col_count)
        : tokens{token_count}, rows{row_count}, cols{col_count} {
        const auto key = random_key::of(seed(), 0x78u, tokens);
        for (index_t i = 0; i < x.size(); ++i) {
            x[i] = static_cast<float>(2 * key.uniform(i) - 1);
        }
        for (index_t i = 0; i < y.size(); ++i) {
            y[i] = static_cast<float>(4 * key.uniform(x.size() + i) - 2);
        }
    }

    /// The same for sums of matrices, whose grids reach no further than eight times the largest
    /// weight of the row.
    template <class Value>
    [[nodiscard]] index_t faults_of(std::span<const float> result, bool add, Value&& value) const {
        std::vector<double> largest(rows);
        for (index_t i = 0; i < rows * cols; ++i) {
            const double size = std::abs(static_cast<double>(value(i / cols, i % cols)));
            largest[i / cols] = std::max(largest[i / cols], size);
        }
        return faults_of(result, add, value, [&](index_t r, index_t) { return 8 * largest[r]; });
    }

    /// Outputs beyond the documented bound, (cols + 2) * 2^-24 * sum |x w| + 2^-22 max |x| * sum
    /// reach, and bytes that are not y's.
    template <class Value, class Reach>
    [[nodiscard]] index_t
    faults_of(std::span<const float> result, bool add, Value&& value, Reach&& reach) const {
        index_t faults = 0;
        for (index_t i = 0; i < y.size(); ++i) {
            const index_t t = i / y_stride;
            const index_t r = i % y_stride;
            if (r >= rows) {
                faults += same_bits(result[i], y[i]) ? 0u : 1u;
                continue;
            }
            double sum = add ? static_cast<double>(y[i]) : 0.0;
            double size = std::abs(sum);
            double largest = 0.0;
            double reached = 0.0;
            for (index_t c = 0; c < cols; ++c) {
                const double term =
                    static_cast<double>(x[t * x_stride + c]) * static_cast<double>(value(r, c));
                sum += term;
                size += std::abs(term);
                largest = std::max(largest, std::abs(static_cast<double>(x[t * x_stride + c])));
                reached += reach(r, c);
            }
            const double terms = static_cast<double>(cols + (add ? 3u : 2u));
            const double bound = terms * 0x1p-24 * size + 0x1p-22 * largest * reached + 1e-37;
            faults += std::abs(static_cast<double>(result[i]) - sum) <= bound ? 0u : 1u;
        }
        return faults;
    }
};

/// How far integers have to reach for a weight: (|code| + |zero|) * pitch * |scale|; 0 where the
/// product is made in floats.
template <class L> double reach_of(const definition<L>& d, index_t r, index_t c) {
    if constexpr (evenly_spaced<typename L::mapping_type>) {
        const auto p = d.grid(r, c / d.group());
        const double zero = static_cast<double>(d.map.template zero_level<float>(p));
        const double steps = static_cast<double>(d.codes[r * d.cols + c]) + std::abs(zero);
        return steps * static_cast<double>(L::mapping_type::pitch) *
               std::abs(static_cast<double>(p.scale));
    } else {
        return 0.0;
    }
}

/// Products of every batch size, into y and on top of it.
template <class L>
index_t product_faults(const definition<L>& d,
                       const packed_view<L>& view,
                       std::span<const index_t> batches = all_batches) {
    index_t faults = 0;
    std::vector<float> values(d.rows * d.cols);
    for (index_t i = 0; i < values.size(); ++i) {
        values[i] = d.value(i / d.cols, i % d.cols);
    }
    const auto value = [&](index_t r, index_t c) { return values[r * d.cols + c]; };
    const auto reach = [&](index_t r, index_t c) { return reach_of(d, r, c); };
    for (const index_t tokens : batches) {
        const product p{tokens, d.rows, d.cols};
        const matrix_view<const float> x{p.x.data(), tokens, d.cols, p.x_stride};
        for (const bool add : {false, true}) {
            std::vector<float> y = p.y;
            if (!add) {  // what was there must not matter
                for (index_t i = 0; i < y.size(); ++i) {
                    if (i % p.y_stride < d.rows) { y[i] = std::numeric_limits<float>::quiet_NaN(); }
                }
            }
            gemm(view, x, matrix_view<float>{y.data(), tokens, d.rows, p.y_stride},
                 add ? accumulation::add : accumulation::none);
            faults += p.faults_of(y, add, value, reach);
        }
    }
    const product p{1, d.rows, d.cols};
    std::vector<float> y = p.y;
    gemv(view, std::span{p.x}.first(d.cols), std::span{y}.first(d.rows));
    return faults + p.faults_of(y, false, value, reach);
}

template <class L> index_t kernel_faults(const definition<L>& d) {
    const std::vector<std::byte> bytes = d.bytes();
    const packed_view<L> view{bytes, d.rows, d.cols, d.map, d.by};
    if (!view.complete()) { return 1'000'000; }
    return decode_faults(d, view) + panel_faults(d, view) + product_faults(d, view);
}

/// Heights up to three tiles, widths around every unit. Single rows are tiles of their own: every
/// fourth height will do.
template <class L>
index_t faults_of_shapes(typename L::grouping_type by = {}, typename L::mapping_type map = {}) {
    index_t faults = 0;
    for (index_t rows = 1; rows <= 33; rows += L::tile_rows == single_rows ? 4 : 1) {
        for (const index_t cols : all_widths) {
            const auto d = random_definition<L>(rows, cols, by, map);
            faults += kernel_faults(d);
        }
    }
    return faults;
}

}  // namespace gradus::test

// SPDX-License-Identifier: MIT
// Orders in which the columns of a matrix can be worked through.
#pragma once

#include <gradus/solver/factor.hpp>
#include <gradus/solver/obs_plan.hpp>

#include <numeric>

namespace gradus {
inline namespace GRADUS_ISA {

/// Errors reach only columns that come later. None of these is always best: coarse columns last
/// leave nobody to answer for them, coarse ones first lay their errors on precise ones.
enum class step_order {
    natural,          ///< as they lie
    widest_first,     ///< runs by the bits of their codes, most first
    narrowest_first,  ///< fewest first
    curvature,        ///< groups by their mean H_jj, largest first ("act-order"); columns by
                      ///< themselves where a group has more than 128
};

/// Run i of the matrix, and the bits of its codes.
struct run_width {
    planned_run run;
    int bits = 0;
};

namespace ordering {

struct piece {
    index_t first;
    index_t count;
    double rank;  ///< largest first
};

[[nodiscard]] inline std::vector<piece>
pieces_of(step_order how, std::span<const run_width> runs, std::span<const float> curvature) {
    std::vector<piece> pieces;
    for (const run_width& r : runs) {
        if (how != step_order::curvature) {
            const int rank = how == step_order::widest_first ? r.bits : -r.bits;
            pieces.push_back({r.run.first, r.run.cols, static_cast<double>(rank)});
            continue;
        }
        const index_t size = r.run.group_cols > block_columns ? 1 : r.run.group_cols;
        for (index_t c = r.run.first; c < r.run.end(); c += size) {
            const index_t count = std::min(size, r.run.end() - c);
            double sum = 0.0;
            for (index_t j = c; j < c + count; ++j) {
                sum += static_cast<double>(curvature[j]);
            }
            pieces.push_back({c, count, sum / static_cast<double>(count)});
        }
    }
    return pieces;
}

}  // namespace ordering

/// The column at each step; ties stay as they lie. `curvature`: H_jj of each column.
[[nodiscard]] inline std::vector<index_t>
order_of(step_order how, std::span<const run_width> runs, std::span<const float> curvature) {
    const index_t n = runs.empty() ? 0 : runs.back().run.end();
    std::vector<index_t> order;
    if (how == step_order::natural) {
        order.resize(n);
        std::iota(order.begin(), order.end(), index_t{0});
        return order;
    }
    std::vector<ordering::piece> pieces = ordering::pieces_of(how, runs, curvature);
    std::stable_sort(pieces.begin(), pieces.end(),
                     [](const auto& a, const auto& b) { return a.rank > b.rank; });
    for (const ordering::piece& p : pieces) {
        for (index_t j = p.first; j < p.first + p.count; ++j) {
            order.push_back(j);
        }
    }
    return order;
}

/// A factor, and the order that its Hessian was taken in.
template <class T> struct ordered_factor {
    std::vector<index_t> order;  ///< the column at each step
    obs_factor<T> factor;
};

/// The factor of H's columns in an order (`how.scales`: as H has them). Memory: one copy of H.
/// Errors: those of `factorize`.
template <class T, executor E = const serial>
[[nodiscard]] result<ordered_factor<T>> factorize_in_order(const hessian<T>& h,
                                                           std::vector<index_t> order,
                                                           const damping& how = {},
                                                           E&& threads = serial{}) {
    GRADUS_EXPECT(order.size() == h.size());
    hessian<T> turned{h.size(), h.name()};
    const matrix_view<const T> from = h.lower();
    const matrix_view<T> to = turned.lower();
    threads.for_each(h.size(), [&](index_t i) {
        for (index_t j = 0; j <= i; ++j) {
            to(i, j) = from(std::max(order[i], order[j]), std::min(order[i], order[j]));
        }
    });
    turned.assign(turned.lower(), h.tokens());
    std::vector<double> scales;
    for (index_t i = 0; i < order.size() && !how.scales.empty(); ++i) {
        scales.push_back(how.scales[order[i]]);
    }
    auto factor = factorize(std::move(turned), {how.amount, how.rule, scales}, threads);
    if (!factor) { return factor.error(); }
    return ordered_factor<T>{std::move(order), std::move(*factor)};
}

}  // namespace GRADUS_ISA
}  // namespace gradus

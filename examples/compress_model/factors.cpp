// SPDX-License-Identifier: MIT
// Columns by name, by storage and by the order of work.
#include "factors.hpp"

#include <gradus/compress/storage_order.hpp>
#include <gradus/solver/redundancy.hpp>

#include <numeric>

namespace compress_model {

using namespace gradus;

hessian<float> hessian_in_order(const input_statistics<>& statistics,
                                std::span<const index_t> order) {
    const index_t n = statistics.width();
    hessian<float> h{n, statistics.name()};
    const matrix_view<float> lower = h.lower();
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j <= i; ++j) {
            lower(i, j) = statistics.products()(order[i], order[j]);
        }
    }
    h.assign(lower, statistics.tokens());
    return h;
}

namespace {

/// Of columns of the model in some order.
result<obs_factor<float>> damped_factor(const input_statistics<>& statistics,
                                        std::span<const index_t> columns,
                                        const session& job,
                                        const zero_rule& zeros) {
    const std::vector<double> scales = job.scales_of(statistics.name(), columns);
    damping how = job.damping(zeros);
    how.scales = scales;
    return factorize(hessian_in_order(statistics, columns), how, job.threads);
}

}  // namespace

result<std::vector<double>>
lone_curvature(const session& job, const input_statistics<>& statistics, const zero_rule& zeros) {
    std::vector<index_t> natural(statistics.width());
    std::iota(natural.begin(), natural.end(), index_t{0});
    const auto f = damped_factor(statistics, natural, job, zeros);
    if (!f) { return f.error(); }
    const std::vector<float> inverse = inverse_diagonal(*f, job.threads);
    std::vector<double> lone;
    for (index_t j = 0; j < f->size; ++j) {
        const auto root = static_cast<double>(f->root[j]);
        lone.push_back(root * root / static_cast<double>(inverse[j]));
    }
    return lone;
}

std::vector<index_t>
processing_order(const session& job, std::span<const double> lone, const zero_rule& zeros) {
    std::vector<index_t> order = order_by(lone);
    const bool neighbours = zeros.choice == zero_rule::kind::two_of_four;
    if (neighbours || job.wanted.order == "natural") {
        std::iota(order.begin(), order.end(), index_t{0});
    }
    return order;
}

result<ordered_factor<float>> processing_factor(const session& job,
                                                const input_statistics<>& statistics,
                                                std::span<const index_t> stored,
                                                std::span<const double> lone,
                                                const zero_rule& zeros) {
    std::vector<double> as_stored;
    for (const index_t c : stored) {
        as_stored.push_back(lone[c]);
    }
    return factor_in_order(statistics, stored, processing_order(job, as_stored, zeros), job, zeros);
}

result<ordered_factor<float>> factor_in_order(const input_statistics<>& statistics,
                                              std::span<const index_t> stored,
                                              std::vector<index_t> order,
                                              const session& job,
                                              const zero_rule& zeros) {
    std::vector<index_t> columns;  // of the model, at each step
    for (const index_t c : order) {
        columns.push_back(stored[c]);
    }
    auto f = damped_factor(statistics, columns, job, zeros);
    if (!f) { return f.error(); }
    return ordered_factor<float>{std::move(order), std::move(*f)};
}

result<ordered_factor<float>> factor_of_nothing(index_t n, thread_pool& threads) {
    hessian<float> h{n, "no calibration"};
    for (index_t j = 0; j < n; ++j) {
        h.lower()(j, j) = 1.0f;
    }
    h.assign(h.lower(), 1);
    std::vector<index_t> order(n);
    std::iota(order.begin(), order.end(), index_t{0});
    return factorize_in_order(h, order, {.amount = 1e-6}, threads);
}

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// Products under an activation scheme, against sums in double over what the scheme documents.
#pragma once

#include "definition.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/kernels/gemv.hpp>

#include <cmath>
#include <vector>

namespace gradus::test {

/// Activations whose largest magnitude in every run of eight is 127 units: the scheme of one byte
/// must see each of them exactly, whoever shares a scale. `unit` is a power of two.
inline std::vector<float> whole_activations(index_t tokens, index_t cols, float unit) {
    const auto key = random_key::of(seed(), tokens, cols);
    std::vector<float> x(tokens * cols);
    for (index_t i = 0; i < x.size(); ++i) {
        const auto steps = static_cast<float>(key.below(255, i)) - 127.0f;
        x[i] = (i % cols % 8 == 0 ? (steps < 0.0f ? -127.0f : 127.0f) : steps) * unit;
    }
    return x;
}

/// The largest error of a level that an integer product may make, in scales: none for even steps.
template <class M> double level_error(const M& map) {
    if constexpr (evenly_spaced<M>) {
        return 0.0;
    } else {
        double largest = 0.0;
        for (int c = 0; c < M::codes; ++c) {
            const double level = static_cast<double>(map.level(static_cast<code_t>(c)));
            largest = std::max(largest, std::abs(level));
        }
        return largest / (M::bits <= 6 ? 254.0 : 65534.0);
    }
}

/// Outputs further from sum_k x_k w_k than the scheme allows: half a step of the activations (0
/// where `whole`), the error of the levels, and the rounding of float sums.
template <activation_scheme A, class L>
index_t
scheme_faults(const definition<L>& d, const std::vector<float>& x, index_t tokens, bool whole) {
    const std::vector<std::byte> bytes = d.bytes();
    const packed_view<L> view{bytes, d.rows, d.cols, d.map, d.by};
    std::vector<float> y(tokens * d.rows, 99.0f);
    gemm(view, matrix_view<const float>{x.data(), tokens, d.cols},
         matrix_view<float>{y.data(), tokens, d.rows}, accumulation::none, A{});
    const double of_level = level_error(d.map);
    index_t faults = 0;
    for (index_t t = 0; t < tokens; ++t) {
        double largest = 0.0;
        for (index_t c = 0; c < d.cols; ++c) {
            largest = std::max(largest, std::abs(static_cast<double>(x[t * d.cols + c])));
        }
        const double step = whole ? 0.0 : largest / static_cast<double>(A::most);
        for (index_t r = 0; r < d.rows; ++r) {
            double sum = 0.0;
            double bound = 0.0;
            for (index_t c = 0; c < d.cols; ++c) {
                const double value = static_cast<double>(d.value(r, c));
                const double scale = static_cast<double>(d.grid(r, c / d.group()).scale);
                const double at = static_cast<double>(x[t * d.cols + c]);
                sum += at * value;
                bound += 0.5001 * step * std::abs(value);
                bound += (std::abs(at) + step) * of_level * std::abs(scale) * 1.0001;
                bound += 0x1p-22 * largest * std::abs(scale) *
                         static_cast<double>(2 * L::mapping_type::codes);
            }
            const double error = std::abs(static_cast<double>(y[t * d.rows + r]) - sum);
            faults += error <= bound ? 0u : 1u;
        }
    }
    return faults;
}

/// Random and whole activations.
template <activation_scheme A, class L>
index_t product_scheme_faults(const definition<L>& d, index_t tokens) {
    std::vector<float> x = whole_activations(tokens, d.cols, 0.25f);
    index_t faults = scheme_faults<A>(d, x, tokens, true);
    const auto key = random_key::of(seed(), 0x616374u, tokens);
    for (index_t i = 0; i < x.size(); ++i) {
        const double size = i % 37 == 5 ? 20.0 : 1.0;  // an outlier now and then
        x[i] = static_cast<float>(size * (2 * key.uniform(i) - 1));
    }
    return faults + scheme_faults<A>(d, x, tokens, false);
}

inline constexpr index_t scheme_batches[] = {1, 2, 3, 4, 5, 15, 16, 17, 33};

/// Rows and columns around every unit of the kernels.
template <activation_scheme A, class L>
index_t faults_of_scheme(typename L::grouping_type by = {}, typename L::mapping_type map = {}) {
    index_t faults = 0;
    for (const index_t rows : {1u, 15u, 16u, 17u, 31u, 32u, 33u, 65u}) {
        for (const index_t cols : {1u, 3u, 16u, 33u, 64u, 100u, 172u}) {
            const auto d = random_definition<L>(rows, cols, by, map);
            faults += product_scheme_faults<A>(d, 1) + product_scheme_faults<A>(d, 7);
        }
    }
    const auto d = random_definition<L>(40, 100, by, map);
    for (const index_t tokens : scheme_batches) {
        faults += product_scheme_faults<A>(d, tokens);
    }
    const auto wide = random_definition<L>(33, 1100, by, map);
    return faults + product_scheme_faults<A>(wide, 1) + product_scheme_faults<A>(wide, 9);
}

}  // namespace gradus::test

// SPDX-License-Identifier: MIT
// How much of each input the others tell, from the factor of the Hessian.
#pragma once

#include <gradus/linalg/triangular_solve.hpp>
#include <gradus/solver/factor.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The diagonal of (C + D)^-1, C being the Hessian of unit diagonal: that of the damped H^-1 is
/// this over s_j^2. In the order of the factor. Flops: n^3 / 3. Memory: 512 n values twice.
template <class T, executor E = const serial>
[[nodiscard]] std::vector<T> inverse_diagonal(const obs_factor<T>& f, E&& threads = serial{}) {
    constexpr index_t at_once = 512;
    std::vector<T> diagonal(f.size);
    for (index_t first = 0; first < f.size; first += at_once) {
        const index_t end = std::min(f.size, first + at_once);
        // e_j F^-1 ends with column j: the rows and columns before `end` are enough.
        strips<right_width, T> x{end - first, end};
        for (index_t p = 0; p < x.count(); ++p) {
            std::fill_n(x.strip(p), end * right_width, T(0));
            for (index_t r = 0; r < std::min(right_width, end - first - p * right_width); ++r) {
                x.strip(p)[(first + p * right_width + r) * right_width + r] = T(1);
            }
        }
        const auto corner = f.view().block(0, end).columns(0, end);
        divide_rows<triangle_side::factor>(corner, x, threads);
        for (index_t j = first; j < end; ++j) {
            const T* const z = x.strip((j - first) / right_width) + (j - first) % right_width;
            double sum = 0.0;
            for (index_t k = 0; k <= j; ++k) {
                const auto value = static_cast<double>(z[k * right_width]);
                sum += value * value;
            }
            diagonal[j] = static_cast<T>(sum);
        }
    }
    return diagonal;
}

/// r_j = 1 - 1 / (H_jj [H^-1]_jj) with the damped H: the share of an input's energy that is a
/// linear combination of the others; 0 for one that stands alone (or is dead). In the order of the
/// factor.
template <class T, executor E = const serial>
[[nodiscard]] std::vector<T> redundancy(const obs_factor<T>& f, E&& threads = serial{}) {
    std::vector<T> share = inverse_diagonal(f, threads);
    for (index_t j = 0; j < f.size; ++j) {
        const T alone = T(1) / ((T(1) + f.added[j]) * share[j]);
        share[j] = std::max(T(0), T(1) - alone);
    }
    return share;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

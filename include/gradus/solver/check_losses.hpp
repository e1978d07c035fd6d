// SPDX-License-Identifier: MIT
// Whether a sweep's losses are true: a few rows, in double, against the Hessian itself.
#pragma once

#include <gradus/solver/obs_state.hpp>

#include <cmath>

namespace gradus {
inline namespace GRADUS_ISA {

/// e H e^T of one row of errors, with the damped H as it was before it was factored. Summed up in
/// double by bands of rows of H, band by band.
template <class T, executor E>
[[nodiscard]] double
row_error(const obs_factor<T>& f, const std::vector<double>& scaled, E& threads) {
    constexpr index_t band = 64;
    const index_t n = f.size;
    std::vector<double> parts((n + band - 1) / band);
    threads.for_each(parts.size(), [&](index_t b) {
        for (index_t i = b * band; i < std::min(n, (b + 1) * band); ++i) {
            const T* const row = f.values.data() + i * n;
            double lane[8] = {};
            index_t j = i + 1;
            for (; j + 8 <= n; j += 8) {
                for (index_t l = 0; l < 8; ++l) {
                    lane[l] += static_cast<double>(row[j + l]) * scaled[j + l];
                }
            }
            double sum = 0.0;
            for (; j < n; ++j) {
                sum += static_cast<double>(row[j]) * scaled[j];
            }
            for (const double l : lane) {
                sum += l;
            }
            const double own = 1.0 + static_cast<double>(f.added[i]);
            parts[b] += scaled[i] * (2.0 * sum + own * scaled[i]);
        }
    });
    double total = 0.0;
    for (const double part : parts) {
        total += part;
    }
    return total;
}

/// Compares the losses of some rows of the slice, evenly spread, with what their errors amount to.
/// They may
/// differ by 1 % and by 1e-6 of what the row's weights amount to by themselves.
///
/// Errors: a row that differs by more: the factor is not that of this Hessian, or too rough.
template <class T, executor E>
[[nodiscard]] status check_losses(const obs_state<T>& s, index_t wanted, E& threads) {
    const index_t n = s.weights.cols;
    const index_t count = std::min(wanted, s.rows_of_slice());
    for (index_t i = 0; i < count; ++i) {
        const index_t place = (2 * i + 1) * s.rows_of_slice() / (2 * count);
        const index_t row = s.top_row(place / panel_rows) + place % panel_rows;
        const T* const errors = s.errors.strip(place / panel_rows) + place % panel_rows;
        std::vector<double> scaled(n);
        double energy = 0.0;
        for (index_t j = 0; j < n; ++j) {
            const auto root = static_cast<double>(s.factor.root[j]);
            scaled[j] = root * static_cast<double>(errors[j * panel_rows]);
            const double w = scaled[j] + root * static_cast<double>(s.weights(row, s.column(j)));
            energy += w * w;
        }
        const double exact = row_error(s.factor, scaled, threads);
        const double told = s.row_loss[row];
        if (std::abs(told - exact) <= 0.01 * exact + 1e-6 * energy) { continue; }
        return error{errc::invalid_argument,
                     "row " + std::to_string(row) + " behind '" + s.factor.name + "' lost " +
                         std::to_string(exact) + ", not " + std::to_string(told) +
                         " as the sweep has it (the factor is too rough); more damping, or double"};
    }
    return done{};
}

}  // namespace GRADUS_ISA
}  // namespace gradus

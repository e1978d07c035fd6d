// SPDX-License-Identifier: MIT
// A scale for every input channel, so that columns that matter get the finer part of a shared grid.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// a and b of s_j = m_j^a / w_j^b.
struct scale_exponents {
    double activation = 0.0;
    double weight = 0.0;

    friend bool operator==(const scale_exponents&, const scale_exponents&) = default;
};

/// W X = (W S) (S^-1 X), and W S is what is quantized:
///
///     s_j = m_j^a / w_j^b, over its geometric mean;   m_j = mean |x_j|, w_j = rms of column j
///
/// b = 0 is the activation-aware family; a = b = 1/2 makes the error least where the channels of a
/// group share one step and are independent. Exponents of 0 give ones, exactly.
///
/// Units:  s has none. A channel without activations or weights has 1; s is within [2^-8, 2^8], so
///         that no product leaves the range of f16 scales.
/// Source: Lin et al. 2023, arXiv:2306.00978 (a); the diagonal of Tseng et al. 2024,
///         arXiv:2402.04396 (a = b = 1/2); the two together: this library.
[[nodiscard]] inline std::vector<double> channel_scales(std::span<const double> magnitudes,  // [n]
                                                        std::span<const double> weights,     // [n]
                                                        const scale_exponents& by) {
    GRADUS_EXPECT(magnitudes.size() == weights.size());
    constexpr double most = 256.0;
    const index_t n = magnitudes.size();
    std::vector<double> scales(n, 1.0);
    if (by == scale_exponents{}) { return scales; }
    const auto alive = [&](index_t j) { return magnitudes[j] > 0.0 && weights[j] > 0.0; };
    double logs = 0.0;
    double count = 0.0;
    for (index_t j = 0; j < n; ++j) {
        if (!alive(j)) { continue; }
        scales[j] = by.activation * std::log(magnitudes[j]) - by.weight * std::log(weights[j]);
        logs += scales[j];
        count += 1.0;
    }
    for (index_t j = 0; j < n; ++j) {
        if (!alive(j)) { continue; }
        scales[j] = std::clamp(std::exp(scales[j] - logs / count), 1.0 / most, most);
    }
    return scales;
}

/// The error that scales leave, relative to none at all (which is 1), as measured.
template <class F>
concept scale_measure = requires(const F& f, std::span<const double> scales) {
    { f(scales) } -> std::same_as<result<double>>;
};

struct scale_choice {
    scale_exponents exponents;
    double error = 1.0;  ///< of the choice, relative to that of no scales
    std::vector<double> scales;
};

/// The exponents that `search_scales` tries.
inline constexpr double activation_exponents[] = {0.125, 0.25, 0.375, 0.5, 0.75};
inline constexpr double weight_exponents[] = {0.25, 0.5};

/// The best exponents of a small grid: first of the activations alone, then of the weights beside
/// the best of those. Nothing is chosen that measures worse than no scales at all.
/// Errors: those of `measure`.
template <scale_measure Measure>
[[nodiscard]] result<scale_choice> search_scales(std::span<const double> magnitudes,
                                                 std::span<const double> weights,
                                                 const Measure& measure) {
    scale_choice best{{}, 1.0, std::vector<double>(magnitudes.size(), 1.0)};
    const auto attempt = [&](const scale_exponents& by) -> status {
        std::vector<double> scales = channel_scales(magnitudes, weights, by);
        const auto error = measure(scales);
        if (!error) { return error.error(); }
        if (*error < best.error) { best = {by, *error, std::move(scales)}; }
        return done{};
    };
    for (const double a : activation_exponents) {
        if (status tried = attempt({a, 0.0}); !tried) { return tried.error(); }
    }
    const double a = best.exponents.activation;
    for (const double b : weight_exponents) {
        if (status tried = attempt({a, b}); !tried) { return tried.error(); }
    }
    return best;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

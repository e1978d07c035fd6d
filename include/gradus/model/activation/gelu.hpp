// SPDX-License-Identifier: MIT
// Gaussian error linear unit: exact, and by the usual approximation.
#pragma once

#include <gradus/concepts/activation_function.hpp>
#include <gradus/kernels/f32_dot.hpp>
#include <gradus/kernels/f32_exp.hpp>

#include <cmath>
#include <numbers>

namespace gradus {
inline namespace GRADUS_ISA {

///     gelu(x) = x (1 + erf(x / sqrt 2)) / 2
///
/// Speed:  one scalar erfc a value; models that use it are rare. erfc keeps the left tail exact.
/// Source: Hendrycks, Gimpel 2016, arXiv:1606.08415, eq. 1.
struct gelu_exact {
    static constexpr std::string_view name = "gelu";

    void operator()(std::span<float> x) const {
        constexpr float root_half = std::numbers::sqrt2_v<float> / 2.0f;
        for (float& v : x) {
            v = 0.5f * v * std::erfc(-v * root_half);
        }
    }
};

///     gelu(x) ~ x (1 + tanh z) / 2 = x / (1 + e^-2z),   z = sqrt(2 / pi) (x + 0.044715 x^3)
///
/// Error:  at most 5e-4 from the exact form; it is what many models were trained with.
/// Source: as above, section 2.
struct gelu_tanh {
    static constexpr std::string_view name = "gelu_tanh";

    void operator()(std::span<float> x) const {
        map_lanes(x, x, [](const simd::f32x16& v) {
            constexpr float cubic = 0.044715f;
            constexpr float minus_two_root = -1.5957691216057308f;  // -2 sqrt(2 / pi)
            const simd::f32x16 z = fused(v * v * v, cubic, v);
            return v / (exponential(z * minus_two_root) + 1.0f);
        });
    }
};

static_assert(activation_function<gelu_exact> && activation_function<gelu_tanh>);

}  // namespace GRADUS_ISA
}  // namespace gradus

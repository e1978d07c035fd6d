// SPDX-License-Identifier: MIT
// Sigmoid linear unit.
#pragma once

#include <gradus/concepts/activation_function.hpp>
#include <gradus/kernels/f32_dot.hpp>
#include <gradus/kernels/f32_exp.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

///     silu(x) = x / (1 + e^-x)
///
/// Error:  below 4 ulp; zero (and not a denormal) where x < -88.
/// Source: Elfwing, Uchibe, Doya 2017, arXiv:1702.03118.
struct silu {
    static constexpr std::string_view name = "silu";

    void operator()(std::span<float> x) const {
        map_lanes(x, x, [](const simd::f32x16& v) {
            return v / (exponential(simd::f32x16{0.0f} - v) + 1.0f);
        });
    }
};

static_assert(activation_function<silu>);

}  // namespace GRADUS_ISA
}  // namespace gradus

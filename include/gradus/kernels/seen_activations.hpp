// SPDX-License-Identifier: MIT
// The floats that a scheme makes of activations, for products that do not use its integers.
#pragma once

#include <gradus/kernels/activations.hpp>
#include <gradus/kernels/quantize_activations.hpp>
#include <gradus/kernels/segments.hpp>

#include <algorithm>
#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// Activations of type X that are seen as they are: no copy is needed.
template <class X, class A>
inline constexpr bool seen_as_given = std::same_as<X, float> && std::same_as<A, f32_activations>;

template <layout_type L, activation_scheme A> class seen_activations {
  public:
    seen_activations(const A& scheme, const geometry<L>& shape) : scheme_{scheme}, cut_{shape} {}

    /// Columns [first, first + count) of a token.
    template <activation_value X>
    void see(std::span<const X> x, index_t first, index_t count, float* seen) const {
        if constexpr (keeps_floats<A>) {
            for (index_t i = 0; i < count; ++i) {
                seen[i] = as_float(x[first + i]);
                if constexpr (requires { A::rounds_to_bf16; }) {
                    seen[i] = bf16::from(seen[i]).value();
                }
            }
        } else {
            activation_step step{};
            if constexpr (A::scope == activation_scope::token) {
                step = step_for(scheme_, peak_of(scheme_, x.data(), x.size()));
            }
            for (index_t i = 0; i < count;) {
                index_t width = count - i;
                if constexpr (A::scope == activation_scope::segment) {
                    width = std::min(width, cut_.width(first + i));
                    step = step_for(scheme_, peak_of(scheme_, &x[first + i], width));
                }
                for (const index_t end = i + width; i < end; ++i) {
                    const float q = round_even(as_float(x[first + i]) * step.inverse);
                    seen[i] = least(greatest(q, -A::most), A::most) * step.scale;
                }
            }
        }
    }

  private:
    A scheme_;
    segments<L, A> cut_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

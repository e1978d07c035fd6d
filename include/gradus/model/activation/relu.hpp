// SPDX-License-Identifier: MIT
// Rectified linear unit.
#pragma once

#include <gradus/concepts/activation_function.hpp>
#include <gradus/core/config.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

///     relu(x) = max(x, 0), and NaN stays NaN
///
/// Source: Nair, Hinton 2010, "Rectified linear units improve restricted Boltzmann machines".
struct relu {
    static constexpr std::string_view name = "relu";

    void operator()(std::span<float> x) const {
        for (float& v : x) {
            v = v < 0.0f ? 0.0f : v;
        }
    }
};

static_assert(activation_function<relu>);

}  // namespace GRADUS_ISA
}  // namespace gradus

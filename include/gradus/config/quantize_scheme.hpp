// SPDX-License-Identifier: MIT
// A scheme's name to quantized bytes: the bridge from run time to compile time.
#pragma once

#include <gradus/config/scheme.hpp>
#include <gradus/config/scheme_run.hpp>
#include <gradus/layout/packed_part.hpp>
#include <gradus/quantize/quantize.hpp>

#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// The scheme's rounding with its random stream set.
template <rounding R> [[nodiscard]] R seeded(R how, const scheme_run& run) {
    if constexpr (requires { how.seed; }) {
        how.seed = run.seed;
        how.tensor = run.tensor;
    }
    return how;
}

/// Quantizes by a scheme whose layout is on `Menu`; `found` says whether it was (a menu may be one
/// of several shards). Errors: those of `quantize`.
template <class Menu, executor E>
[[nodiscard]] std::pair<bool, result<packed_part>> quantize_scheme(
    weights_view weights, const scheme& how, const scheme_run& run, floats importance, E& threads) {
    result<packed_part> made =
        error{errc::not_found, "layout '" + how.layout.text() + "' is not on the menu"};
    const bool found = Menu::visit(how.layout, [&]<class L>(const layout_choice<L>& choice) {
        std::visit(
            [&]<class R>(const R& rounding) {
                recipe<L, any_range, R> chosen{.range = how.range,
                                               .rounding = seeded(rounding, run),
                                               .groups = choice.groups,
                                               .map = choice.map};
                if constexpr (L::codebook == codebook_scope::matrix) {
                    chosen.map.placement = how.placement;
                    chosen.map.exact_zero = how.exact_zero;
                }
                result<packed_matrix<L>> packed = quantize(weights, chosen, importance, threads);
                if (packed) {
                    made = part_of(std::move(packed).value());
                } else {
                    made = packed.error();
                }
            },
            how.rounding);
    });
    return {found, std::move(made)};
}

}  // namespace GRADUS_ISA
}  // namespace gradus

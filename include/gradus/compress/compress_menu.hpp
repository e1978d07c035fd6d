// SPDX-License-Identifier: MIT
// How many ways a run of columns can be stored: one layout a width.
#pragma once

#include <gradus/layout/shipped_menu.hpp>
#include <gradus/layout/sparse_geometry.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// Trained levels up to 6 bits, where they save a third of the error or more; an even grid beyond.
using compress_menu = menu<shipped::grouped<binary>,
                           shipped::grouped<binary, log8_scale>,
                           shipped::grouped<adaptive_quantile<2>>,
                           shipped::grouped<adaptive_quantile<2>, log8_scale>,
                           shipped::grouped<adaptive_quantile<3>>,
                           shipped::grouped<adaptive_quantile<3>, log8_scale>,
                           shipped::grouped<adaptive_quantile<4>>,
                           shipped::grouped<adaptive_quantile<4>, log8_scale>,
                           shipped::grouped<adaptive_quantile<5>>,
                           shipped::grouped<adaptive_quantile<5>, log8_scale>,
                           shipped::grouped<adaptive_quantile<6>>,
                           shipped::grouped<adaptive_quantile<6>, log8_scale>,
                           shipped::grouped<uniform_symmetric<7>>,
                           shipped::grouped<uniform_symmetric<7>, log8_scale>,
                           shipped::grouped<uniform_symmetric<8>>,
                           shipped::grouped<uniform_symmetric<8>, log8_scale>>;

inline constexpr int widest_code = 8;

/// The name of the layout for codes of `width` bits (1 to 8) in a run of `cols` columns; empty for
/// 0: the columns are pruned. Scales are logarithmic where their row words pay: three groups on.
[[nodiscard]] inline std::string layout_for(int width, index_t cols, index_t group) {
    if (width == 0) { return {}; }
    GRADUS_EXPECT(width <= widest_code && group != 0);
    const char* const mapping = width == 1 ? "binary"
                              : width <= 6 ? "adaptive_quantile"
                                           : "uniform_symmetric";
    const bool worth = (cols + group - 1) / group > 2;
    return mapping + (width == 1 ? std::string{} : std::to_string(width)) + "_g" +
           std::to_string(group) + (worth ? "_log8" : "_f16");
}

/// What is kept of a run whose weights are pruned.
struct kept_weights {
    index_t survivors = 0;
    std::optional<survivor_pattern> pattern = {};  ///< n of m, where zeros follow it
};

/// Bits that a run takes in a layout of the menu, as they will be stored; 0 where it is pruned as a
/// whole. With `kept`, the least of dense codes, a mask and n of m.
template <class Menu = compress_menu>
[[nodiscard]] std::uint64_t run_bits(const std::string& layout,
                                     index_t rows,
                                     index_t cols,
                                     const std::optional<kept_weights>& kept = {}) {
    std::uint64_t bits = 0;
    if (layout.empty()) { return bits; }
    const auto name = parse_layout_name(layout);
    [[maybe_unused]] const bool known =
        name && Menu::visit(*name, [&]<class L>(const layout_choice<L>& choice) {
            bits = dense_bits<L>(rows, cols, choice.groups);
            const auto offer = [&](const survivor_pattern& pattern) {
                bits = std::min<std::uint64_t>(
                    bits, sparse_bits<L>(rows, cols, choice.groups, pattern, kept->survivors));
            };
            if (kept) { offer(survivor_mask); }
            if (kept && kept->pattern) { offer(*kept->pattern); }
        });
    GRADUS_EXPECT(known);
    return bits;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// What a choice loses against the best one, were bits for sale at a fixed price.
#pragma once

#include <gradus/concepts/allocation.hpp>
#include <gradus/core/real.hpp>

#include <limits>
#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// a - b of bit counts, as a double.
[[nodiscard]] inline double bits_more(std::uint64_t a, std::uint64_t b) noexcept {
    return a >= b ? static_cast<double>(a - b) : -static_cast<double>(b - a);
}

/// At `price` distortion a bit, by how much option `to` is better than option `from`.
[[nodiscard]] inline double
saving(const bit_option& from, const bit_option& to, double price) noexcept {
    return (from.distortion - to.distortion) + rounded(price * bits_more(from.cost, to.cost));
}

/// The most that any option is better than `from`; at least 0, as `from` is one of them.
[[nodiscard]] inline double
best_saving(std::span<const bit_option> options, const bit_option& from, double price) noexcept {
    double most = 0.0;
    for (const bit_option& o : options) {
        most = greatest(most, saving(from, o, price));
    }
    return most;
}

/// The duality gap of a choice of total `cost`:
///
///     distortion - max over choices' lower bound L(price),
///     L(price) = sum over items of min over options of (distortion + price cost) - price budget
///
/// No choice within the budget is better than this one by more, whatever the price (>= 0). Summed
/// from differences, so that it is exact where it is small.
[[nodiscard]] inline double duality_gap(item_options items,
                                        std::span<const std::uint32_t> choice,  // [items]
                                        std::uint64_t cost,
                                        std::uint64_t budget,
                                        double price) {
    double gap = rounded(price * bits_more(budget, cost));
    for (index_t i = 0; i < items.count(); ++i) {
        gap += best_saving(items.of(i), items.of(i)[choice[i]], price);
    }
    return gap;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

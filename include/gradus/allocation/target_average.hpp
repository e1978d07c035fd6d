// SPDX-License-Identifier: MIT
// Budgets as people name them: bits per weight on average.
#pragma once

#include <gradus/allocation/check_options.hpp>

#include <cmath>
#include <cstdio>
#include <string>

namespace gradus {

/// An average number of stored bits per weight, and how far below it a result may stay.
struct target_average {
    double bits_per_weight;
    std::uint64_t weights;
    double tolerance = 0.005;
};

inline namespace GRADUS_ISA {

/// Bits per weight of a total.
[[nodiscard]] inline double average_bits(std::uint64_t bits, std::uint64_t weights) noexcept {
    return static_cast<double>(bits) / static_cast<double>(weights);
}

/// The most bits whose average does not exceed the target, which is a number of at least 0.
[[nodiscard]] inline std::uint64_t budget_of(const target_average& target) noexcept {
    const double bits = target.bits_per_weight * static_cast<double>(target.weights);
    if (bits >= 0x1p64) { return std::numeric_limits<std::uint64_t>::max(); }
    auto budget = static_cast<std::uint64_t>(bits);
    while (budget > 0 && average_bits(budget, target.weights) > target.bits_per_weight) {
        --budget;  // the product was rounded up to a whole number
    }
    return budget;
}

/// Whether the target lies where items can go: from the cheapest options to the best ones.
[[nodiscard]] inline status check_reach(cost_range range, const target_average& target) {
    const double least = average_bits(range.least, target.weights);
    const double most = average_bits(range.most, target.weights);
    if (target.bits_per_weight >= least && target.bits_per_weight <= most + target.tolerance) {
        return done{};
    }
    char text[160];
    std::snprintf(text, sizeof text,
                  "a target of %.9g bits per weight is out of reach (feasible: %.9g to %.9g)",
                  target.bits_per_weight, least, most);
    return error{errc::invalid_argument, text};
}

/// Allocates with average in [target - tolerance, target].
///
/// Errors: those of the allocator; a target outside the feasible range, before anything is tried;
/// an
///         average further below the target than the tolerance, or above it, as rules without a
///         budget produce them (out_of_range).
template <bit_allocator Allocator>
[[nodiscard]] result<bit_allocation>
allocate_average(const Allocator& allocator, item_options items, const target_average& target) {
    if (target.weights == 0 || !std::isfinite(target.bits_per_weight)) {
        return error{errc::invalid_argument, "no weights, or a target that is not a number"};
    }
    const auto range = check_options(items);
    if (!range) { return range.error(); }
    if (const status reach = check_reach(range.value(), target); !reach) { return reach.error(); }
    auto found = allocator.allocate(items, budget_of(target));
    if (!found) { return found; }
    const double average = average_bits(found.value().cost, target.weights);
    if (average > target.bits_per_weight || average < target.bits_per_weight - target.tolerance) {
        char text[160];
        std::snprintf(text, sizeof text,
                      "%.9g bits per weight instead of %.9g (off target). Split the items into "
                      "smaller ones, or take the budget allocator?",
                      average, target.bits_per_weight);
        return error{errc::out_of_range, text};
    }
    return found;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

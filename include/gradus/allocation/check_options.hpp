// SPDX-License-Identifier: MIT
// Whether a set of options makes sense, and what budgets it can serve.
#pragma once

#include <gradus/concepts/allocation.hpp>

#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

namespace gradus {

/// The budgets that items can use: `least` bits for the cheapest options, `most` for the best ones.
struct cost_range {
    std::uint64_t least;
    std::uint64_t most;  ///< beyond it bits buy nothing
};

inline namespace GRADUS_ISA {

/// The cheapest option, and of equally cheap ones the best. `options` is not empty.
[[nodiscard]] inline bit_option cheapest_option(std::span<const bit_option> options) {
    bit_option found = options.front();
    for (const bit_option& o : options) {
        if (o.cost < found.cost || (o.cost == found.cost && o.distortion < found.distortion)) {
            found = o;
        }
    }
    return found;
}

/// The option of least distortion, and of equally good ones the cheapest. `options` is not empty.
[[nodiscard]] inline bit_option best_option(std::span<const bit_option> options) {
    bit_option found = options.front();
    for (const bit_option& o : options) {
        if (o.distortion < found.distortion ||
            (o.distortion == found.distortion && o.cost < found.cost)) {
            found = o;
        }
    }
    return found;
}

/// Items lie one after another, all have options, and there are fewer than 2^32 of each.
[[nodiscard]] inline status check_items(item_options items) {
    if (items.count() == 0) {
        return error{errc::invalid_argument, "no items (bits are given to at least one)"};
    }
    constexpr index_t limit = std::numeric_limits<std::uint32_t>::max();
    if (items.count() > limit || items.options.size() > limit) {
        return error{errc::out_of_range, "more than 2^32 items or options. Use larger blocks?"};
    }
    if (items.first.front() != 0 || items.first.back() != items.options.size()) {
        return error{errc::invalid_argument, "options are left over before or after the items"};
    }
    for (index_t i = 0; i < items.count(); ++i) {
        if (items.first[i + 1] <= items.first[i]) {
            return error{errc::invalid_argument,
                         "item " + std::to_string(i) + " has no options (each needs one)"};
        }
        if (items.first[i + 1] > items.options.size()) {
            return error{errc::invalid_argument,
                         "item " + std::to_string(i) + " has options that do not exist"};
        }
    }
    return done{};
}

[[nodiscard]] inline error bad_distortion(index_t item, double distortion) {
    char number[32];
    std::snprintf(number, sizeof number, "%g", distortion);
    return {std::isfinite(distortion) ? errc::invalid_argument : errc::nonfinite,
            "item " + std::to_string(item) + " has an option of distortion " + number +
                " (expected a number of at least 0). Broken statistics?"};
}

/// The range of useful budgets, or what is wrong: no items, an item without options, a distortion
/// that is negative, infinite or NaN, sums beyond 64 bits of cost or beyond double. All later sums
/// of at most one option an item are then safe.
[[nodiscard]] inline result<cost_range> check_options(item_options items) {
    if (const status checked = check_items(items); !checked) { return checked.error(); }
    cost_range range{0, 0};
    std::uint64_t dearest = 0;
    double worst = 0.0;
    for (index_t i = 0; i < items.count(); ++i) {
        std::uint64_t cost = 0;
        double distortion = 0.0;
        for (const bit_option& o : items.of(i)) {
            if (!std::isfinite(o.distortion) || o.distortion < 0.0) {
                return bad_distortion(i, o.distortion);
            }
            cost = o.cost > cost ? o.cost : cost;
            distortion = o.distortion > distortion ? o.distortion : distortion;
        }
        if (cost > std::numeric_limits<std::uint64_t>::max() - dearest) {
            return error{errc::out_of_range, "the costs of the dearest options add up beyond 2^64"};
        }
        dearest += cost;
        worst += distortion;
        range.least += cheapest_option(items.of(i)).cost;
        range.most += best_option(items.of(i)).cost;
    }
    if (!std::isfinite(worst)) {
        return error{errc::out_of_range, "the distortions add up beyond the range of double"};
    }
    return range;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

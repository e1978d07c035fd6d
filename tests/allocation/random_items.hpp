// SPDX-License-Identifier: MIT
// Items to give bits to, and the best choice for them by trying all.
#pragma once

#include "seed.hpp"

#include <gradus/allocation/option_list.hpp>
#include <gradus/core/random.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

namespace gradus::test {

using owned_items = option_list;

/// D(b) = h 4^-b at `weights` b bits, for each sensitivity h and width b.
inline owned_items sensitive_items(const std::vector<double>& sensitivities,
                                   const std::vector<int>& widths = {1, 2, 3, 4, 5, 6, 7, 8},
                                   std::uint64_t weights = 1) {
    owned_items items;
    for (const double h : sensitivities) {
        std::vector<bit_option> item;
        for (const int b : widths) {
            item.push_back({weights * static_cast<std::uint64_t>(b), h * std::pow(4.0, -b)});
        }
        items.add(item);
    }
    return items;
}

/// `count` sensitivities over four decades.
inline std::vector<double> spread_sensitivities(index_t count, std::uint64_t stream) {
    const auto key = random_key::of(seed(), 0x73656e73u, stream);
    std::vector<double> found(count);
    for (index_t i = 0; i < count; ++i) {
        found[i] = std::pow(10.0, 4.0 * key.uniform(i) - 2.0);
    }
    return found;
}

/// Items whose options obey no law: any order, costs from 0, equal, dominated, off the hull.
inline owned_items wild_items(index_t count, index_t most_options, std::uint64_t stream) {
    const auto key = random_key::of(seed(), 0x77696c64u, stream);
    owned_items items;
    std::uint64_t n = 0;
    for (index_t i = 0; i < count; ++i) {
        std::vector<bit_option> item(1 + key.below(most_options, n++));
        for (bit_option& o : item) {
            o.cost = key.below(12, n++);
            // A few values only, in one of two cases: ties are where mistakes hide.
            o.distortion = stream % 2 == 0 ? static_cast<double>(key.below(6, n++))
                                           : std::floor(1000.0 * key.uniform(n++)) / 8.0;
        }
        items.add(item);
    }
    return items;
}

/// The least distortion within `budget` over all choices; nothing where none fits.
inline std::optional<double> least_distortion(item_options items, std::uint64_t budget) {
    std::optional<double> best;
    std::vector<index_t> choice(items.count(), 0);
    while (true) {
        std::uint64_t cost = 0;
        double distortion = 0.0;
        for (index_t i = 0; i < choice.size(); ++i) {
            cost += items.of(i)[choice[i]].cost;
            distortion += items.of(i)[choice[i]].distortion;
        }
        if (cost <= budget && (!best || distortion < *best)) { best = distortion; }
        index_t i = 0;
        while (i < choice.size() && ++choice[i] == items.of(i).size()) {
            choice[i++] = 0;
        }
        if (i == choice.size()) { return best; }
    }
}

/// Whether the sums of an allocation are those of its choices.
inline bool adds_up(item_options items, const bit_allocation& found) {
    if (found.choice.size() != items.count()) { return false; }
    std::uint64_t cost = 0;
    double distortion = 0.0;
    for (index_t i = 0; i < items.count(); ++i) {
        if (found.choice[i] >= items.of(i).size()) { return false; }
        cost += items.of(i)[found.choice[i]].cost;
        distortion += items.of(i)[found.choice[i]].distortion;
    }
    return cost == found.cost && distortion == found.distortion;
}

}  // namespace gradus::test

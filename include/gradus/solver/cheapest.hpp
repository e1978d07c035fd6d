// SPDX-License-Identifier: MIT
// Exactly k of many costs: the least, ties by position.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/core/types.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Costs below `value` are in, and those equal to it up to position `last`.
template <class T> struct cheapest_cut {
    T value = -std::numeric_limits<T>::infinity();
    index_t last = 0;

    [[nodiscard]] GRADUS_INLINE bool takes(T cost, index_t position) const noexcept {
        return cost < value || (cost == value && position <= last);
    }
};

/// Costs fall into bins by exponent and three bits of mantissa: order is kept.
inline constexpr index_t cost_bins = 2048;

template <class T> [[nodiscard]] GRADUS_INLINE index_t bin_of(T cost) noexcept {
    return std::bit_cast<std::uint32_t>(static_cast<float>(cost)) >> 20;
}

/// The cost is what stands there.
struct cost_itself {
    template <class T> [[nodiscard]] GRADUS_INLINE T operator()(T x) const noexcept { return x; }
};

/// The cut that takes exactly `count` (at most all) of the costs, none of them negative or NaN:
/// cost_of(x) for each of `costs`. One pass counts, another gathers the bin where the cut lies;
/// sorting happens there alone.
template <class T, executor E, class CostOf = cost_itself>
[[nodiscard]] cheapest_cut<T> find_cheapest(std::span<const T> costs,
                                            index_t count,
                                            std::vector<index_t>& bins,
                                            E& threads,
                                            const CostOf& cost_of = {}) {
    cheapest_cut<T> cut;
    if (count == 0) { return cut; }
    constexpr index_t share = index_t{1} << 14;
    const index_t parts = (costs.size() + share - 1) / share;
    bins.assign(parts * cost_bins, 0);
    threads.for_each(parts, [&](index_t part) {
        index_t* const own = bins.data() + part * cost_bins;
        const index_t end = std::min(costs.size(), (part + 1) * share);
        for (index_t i = part * share; i < end; ++i) {
            ++own[bin_of(cost_of(costs[i]))];
        }
    });
    index_t below = 0;
    index_t bin = 0;
    for (;; ++bin) {
        index_t here = 0;
        for (index_t part = 0; part < parts; ++part) {
            here += bins[part * cost_bins + bin];
        }
        if (below + here >= count) { break; }
        below += here;
    }
    std::vector<T> inside;
    for (const T x : costs) {
        const T cost = cost_of(x);
        if (bin_of(cost) == bin) { inside.push_back(cost); }
    }
    const auto rank = static_cast<std::ptrdiff_t>(count - below - 1);
    std::nth_element(inside.begin(), inside.begin() + rank, inside.end());
    cut.value = inside[static_cast<index_t>(rank)];
    const auto end = inside.begin() + rank;
    index_t equal = 1 + static_cast<index_t>(std::count(inside.begin(), end, cut.value));
    for (index_t i = 0; equal != 0; ++i) {
        if (cost_of(costs[i]) == cut.value && --equal == 0) { cut.last = i; }
    }
    return cut;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

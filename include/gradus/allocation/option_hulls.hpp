// SPDX-License-Identifier: MIT
// The options that a price for bits can ask for: the lower convex hull of cost and distortion.
#pragma once

#include <gradus/concepts/allocation.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Distortion saved by a bit, from one option to a dearer one.
[[nodiscard]] inline double slope_between(const bit_option& from, const bit_option& to) {
    return (from.distortion - to.distortion) / static_cast<double>(to.cost - from.cost);
}

/// For each item the options on its lower convex hull, by ascending cost, from the cheapest to the
/// best. Slopes between neighbours never rise: that holds for the computed numbers, as they are
/// what is compared. Options on a straight line stay, since they are smaller steps. Of options with
/// equal cost and distortion the first one counts.
class option_hulls {
  public:
    explicit option_hulls(item_options items) : items_{items} {
        first_.reserve(items.count() + 1);
        first_.push_back(0);
        std::vector<std::uint32_t> order;
        for (index_t i = 0; i < items.count(); ++i) {
            const auto options = items.of(i);
            order.resize(options.size());
            for (std::uint32_t k = 0; k < order.size(); ++k) {
                order[k] = k;
            }
            std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
                if (options[a].cost != options[b].cost) {
                    return options[a].cost < options[b].cost;
                }
                if (options[a].distortion != options[b].distortion) {
                    return options[a].distortion < options[b].distortion;
                }
                return a < b;
            });
            for (const std::uint32_t k : order) {
                add(options, k);
            }
            first_.push_back(points_.size());
        }
    }

    [[nodiscard]] item_options items() const noexcept { return items_; }

    /// Indices into the options of `item`.
    [[nodiscard]] std::span<const std::uint32_t> of(index_t item) const {
        return {points_.data() + first_[item], first_[item + 1] - first_[item]};
    }

    /// The option at one corner of an item's hull.
    [[nodiscard]] const bit_option& corner(index_t item, index_t step) const {
        return items_.of(item)[of(item)[step]];
    }

    /// Distortion saved a bit from corner `step` to the next.
    [[nodiscard]] double slope(index_t item, index_t step) const {
        return slope_between(corner(item, step), corner(item, step + 1));
    }

  private:
    void add(std::span<const bit_option> options, std::uint32_t k) {
        const index_t start = first_.back();
        if (points_.size() > start && options[k].distortion >= options[points_.back()].distortion) {
            return;  // an option that costs no more is as good
        }
        while (points_.size() >= start + 2) {
            const bit_option& last = options[points_.back()];
            const bit_option& before = options[points_[points_.size() - 2]];
            if (slope_between(before, last) >= slope_between(last, options[k])) { break; }
            points_.pop_back();
        }
        points_.push_back(k);
    }

    item_options items_;
    std::vector<std::uint32_t> points_;
    std::vector<index_t> first_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

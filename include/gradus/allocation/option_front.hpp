// SPDX-License-Identifier: MIT
// Dynamic programming over items: all choices that no other one beats in cost and distortion.
#pragma once

#include <gradus/concepts/allocation.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Choices for the items added so far, by ascending cost and strictly falling distortion. Of
/// choices that are equal in both, the one from the cheaper predecessor stays, then the earlier
/// option.
class option_front {
  public:
    struct state {
        std::uint64_t cost;
        double distortion;
        std::uint32_t before;  ///< state of the front without the last item
        std::uint32_t option;  ///< the last item's
    };

    /// At most `most_states` states are held at any time, over all fronts and the one in making;
    /// a state takes 24 bytes. Fewer than 2^32.
    explicit option_front(index_t most_states) : most_states_{most_states} {
        fronts_.push_back({{0, 0.0, 0, 0}});
    }

    [[nodiscard]] std::span<const state> states() const { return fronts_.back(); }

    /// Adds an item, dropping the states for which `keep(cost, distortion)` is false. Returns
    /// false, and changes nothing, where that may take more states than allowed.
    template <class Keep>
    [[nodiscard]] bool extend(std::span<const bit_option> options,     // of the item
                              std::span<const std::uint32_t> allowed,  // indices into them
                              Keep keep) {
        const auto& last = fronts_.back();
        std::vector<state> found;
        const index_t room = most_states_ > held_ ? most_states_ - held_ : 0;
        found.reserve(std::min(last.size() * allowed.size(), room));
        for (std::uint32_t b = 0; b < last.size(); ++b) {
            for (const std::uint32_t k : allowed) {
                const std::uint64_t cost = last[b].cost + options[k].cost;
                const double distortion = last[b].distortion + options[k].distortion;
                if (!keep(cost, distortion)) { continue; }
                if (found.size() >= room) { return false; }
                found.push_back({cost, distortion, b, k});
            }
        }
        keep_the_best(found);
        found.shrink_to_fit();
        held_ += found.size();
        fronts_.push_back(std::move(found));
        return true;
    }

    /// The options that lead to state `at` of the last front, one an item added.
    [[nodiscard]] std::vector<std::uint32_t> trace(index_t at) const {
        std::vector<std::uint32_t> options(fronts_.size() - 1);
        for (index_t i = options.size(); i-- > 0;) {
            const state& s = fronts_[i + 1][at];
            options[i] = s.option;
            at = s.before;
        }
        return options;
    }

  private:
    static void keep_the_best(std::vector<state>& states) {
        std::sort(states.begin(), states.end(), [](const state& a, const state& b) {
            if (a.cost != b.cost) { return a.cost < b.cost; }
            if (a.distortion != b.distortion) { return a.distortion < b.distortion; }
            return a.before != b.before ? a.before < b.before : a.option < b.option;
        });
        index_t kept = 0;
        for (const state& s : states) {
            if (kept == 0 || s.distortion < states[kept - 1].distortion) { states[kept++] = s; }
        }
        states.resize(kept);
    }

    index_t most_states_;
    index_t held_ = 1;
    std::vector<std::vector<state>> fronts_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

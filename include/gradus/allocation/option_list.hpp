// SPDX-License-Identifier: MIT
// Options that own their memory, added item by item.
#pragma once

#include <gradus/concepts/allocation.hpp>

#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// What an allocator looks at through `view()`; adding an item invalidates older views.
struct option_list {
    std::vector<bit_option> options;
    std::vector<index_t> first{0};

    void add(std::span<const bit_option> item) {
        options.insert(options.end(), item.begin(), item.end());
        first.push_back(options.size());
    }

    [[nodiscard]] item_options view() const noexcept { return {options, first}; }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Which weights of a row are likely to be zeroed: grids are for the others.
#pragma once

#include <gradus/core/real.hpp>
#include <gradus/core/types.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// By magnitude times U_jj, either with one limit for all or the least of every few columns. Zero
/// is a value of all grids that prune, so that a weight that is put there weighs on none.
struct expected_zeros {
    std::vector<float> limit = {};  ///< [cols] magnitudes up to which weights go; empty: none by it
    std::vector<float> row_root = {};  ///< [rows] roots of what rows count; empty: all alike
    std::vector<float> pivot = {};     ///< [cols] U_jj; empty: none by groups
    index_t keep = 0;                  ///< survivors of every `group` columns of a run
    index_t group = 0;
    std::span<const std::uint8_t> kept = {};  ///< [rows, cols] the support, where it is known
    index_t cols = 0;

    [[nodiscard]] bool none() const { return limit.empty() && pivot.empty() && kept.empty(); }

    /// Zeroes what will be, in columns [column, column + values.size()) of a run that starts at
    /// column `first`, in one row.
    void clear(index_t row, index_t first, index_t column, std::span<float> values) const {
        if (!kept.empty()) {
            const std::uint8_t* const stay = kept.data() + row * cols + first + column;
            for (index_t j = 0; j < values.size(); ++j) {
                values[j] = stay[j] != 0 ? values[j] : 0.0f;
            }
            return;
        }
        const float root = row_root.empty() ? 1.0f : row_root[row];
        for (index_t j = 0; !limit.empty() && j < values.size(); ++j) {
            const bool goes = magnitude(values[j]) * root <= limit[first + column + j];
            values[j] = goes ? 0.0f : values[j];
        }
        if (pivot.empty()) { return; }
        for (index_t at = 0; at < values.size();) {
            const index_t end = std::min(values.size(), at + group - (column + at) % group);
            clear_group(pivot.data() + first + column, at, end, values);
            at = end;
        }
    }

  private:
    void clear_group(const float* price, index_t at, index_t end, std::span<float> values) const {
        float cost[16];
        for (index_t j = at; j < end; ++j) {
            cost[j - at] = magnitude(values[j]) * price[j];
        }
        for (index_t j = at; j < end; ++j) {
            index_t dearer = 0;
            for (index_t k = at; k < end; ++k) {
                dearer += cost[k - at] > cost[j - at] || (cost[k - at] == cost[j - at] && k < j);
            }
            if (dearer >= keep) { values[j] = 0.0f; }
        }
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

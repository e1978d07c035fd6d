// SPDX-License-Identifier: MIT
// Choosing a group size by how much the spread of a matrix varies along its rows.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/core/real.hpp>
#include <gradus/grouping/group.hpp>

#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// Picks one regular group size for a matrix, the coarsest whose scales still follow the spread.
///
/// A grid over n values has a step proportional to their largest magnitude; splitting the group
/// helps as far as its parts have smaller maxima. For each candidate N, ascending, the mean square
///
///     S(N) = sum over groups of (columns in the group) * max |w|^2 / (rows * cols)
///
/// is proportional to the expected squared error at a given width. The choice is the largest N with
/// S(N) <= (1 + tolerance(N)) * S(finest), where tolerance(N) is what the scale bits saved by N
/// instead of the finest candidate would buy as code bits: ln 4 * saved, the first term of
/// 4^saved - 1 and never above it.
///
/// Irregular groups would make kernels irregular; this is a choice among regular ones, and what is
/// stored is an ordinary `group<>`.
struct variance_adaptive {
    static constexpr std::string_view name = "variance_adaptive";

    int scale_bits = 16;  ///< stored bits of one group: scale, and zero point if there is one

    [[nodiscard]] GRADUS_INLINE group<> pick(weights_view weights,
                                             std::span<const index_t> ascending) const {
        GRADUS_EXPECT(!ascending.empty() && ascending.front() > 0);
        constexpr double ln4 = 1.3862943611198906;
        const double finest = mean_square_maximum(weights, ascending.front());
        group<> best{ascending.front()};
        for (const index_t size : ascending.subspan(1)) {
            const double saved =
                scale_bits_per_value(ascending.front()) - scale_bits_per_value(size);
            const double worth = 1.0 + rounded(ln4 * saved);
            if (mean_square_maximum(weights, size) <= worth * finest) { best.size = size; }
        }
        return best;
    }

  private:
    [[nodiscard]] GRADUS_INLINE double scale_bits_per_value(index_t size) const {
        return static_cast<double>(scale_bits) / static_cast<double>(size);
    }

    [[nodiscard]] GRADUS_INLINE static double mean_square_maximum(weights_view weights,
                                                                  index_t size) {
        double total = 0.0;
        for (index_t r = 0; r < weights.rows; ++r) {
            const floats row = weights.row(r);
            for (index_t first = 0; first < row.size(); first += size) {
                const floats part =
                    row.subspan(first, size < row.size() - first ? size : row.size() - first);
                float largest = 0.0f;
                for (const float w : part) {
                    largest = greatest(largest, magnitude(w));
                }
                // a product of three floats widened: rounded() keeps it from fusing with the sum
                total += rounded(static_cast<double>(largest) * static_cast<double>(largest) *
                                 static_cast<double>(part.size()));
            }
        }
        return total;
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// A matrix whose columns have different widths, and a few outliers beside them.
#pragma once

#include <gradus/layout/packed_part.hpp>
#include <gradus/layout/sparse_f16.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A packed matrix over the columns [first, first + part.cols) of a larger one.
struct column_run {
    index_t first = 0;
    packed_part part;

    [[nodiscard]] index_t last() const { return first + part.cols; }
};

/// The sum of runs of columns and of a sparse matrix over all of them:
///
///     W = [run 0 | run 1 | ...] + outliers
///
/// Each run is an ordinary packed matrix of its own layout, dense or sparse (`pack_smallest`),
/// whose groups start where it does, so any boundary is correct; one at a multiple of the group
/// size wastes no scale. Runs ascend and do not overlap. Columns that no run covers are zero and
/// cost nothing: pruned as a whole. To sort columns by width, permute them and let the input go
/// through the same `column_order`; the columns of the outliers are those after the permutation.
///
/// What one stage hands the next and a file stores: no templates, all of the bits.
struct mixed_matrix {
    index_t rows = 0;
    index_t cols = 0;
    std::vector<column_run> runs;
    std::optional<sparse_f16> outliers = std::nullopt;

    /// Codes, scales, zero points, row words, codebooks, outliers. The permutation belongs to the
    /// input and is counted there, once.
    [[nodiscard]] index_t size_in_bits() const {
        index_t bits = outliers ? outliers->size_in_bits() : 0;
        for (const column_run& run : runs) {
            bits += run.part.size_in_bits();
        }
        return bits;
    }

    /// Why runs and outliers do not make a matrix of this shape; nothing where they do.
    [[nodiscard]] std::optional<std::string> find_bad_part() const {
        index_t end = 0;
        for (index_t i = 0; i < runs.size(); ++i) {
            const column_run& run = runs[i];
            if (run.part.rows != rows || run.part.cols == 0 || run.first < end ||
                run.first > cols || run.part.cols > cols - run.first) {
                return "run " + std::to_string(i) + " of [" + std::to_string(run.part.rows) + ", " +
                       std::to_string(run.part.cols) + "] at column " + std::to_string(run.first) +
                       " does not follow the one before inside [" + std::to_string(rows) + ", " +
                       std::to_string(cols) + "]";
            }
            end = run.last();
        }
        if (outliers && (outliers->rows() != rows || outliers->cols() != cols)) {
            return "outliers have another shape than their matrix";
        }
        if (runs.empty() && !outliers) { return "a matrix without parts"; }
        return std::nullopt;
    }
};

/// A matrix that is one packed part and nothing else.
[[nodiscard]] inline mixed_matrix mixed_of(packed_part part) {
    mixed_matrix whole{.rows = part.rows, .cols = part.cols, .runs = {}};
    whole.runs.push_back({0, std::move(part)});
    return whole;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

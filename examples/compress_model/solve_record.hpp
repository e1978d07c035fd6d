// SPDX-License-Identifier: MIT
// Blocks of a run that are solved already.
#pragma once

#include "record.hpp"
#include "solve.hpp"

#include <gradus/io/packed_reader.hpp>

namespace compress_model {

/// The file of a block's matrices: packed, and as values by `values_in`.
[[nodiscard]] std::string values_file(const std::string& run, gradus::index_t step);

/// [rows, cols] of a matrix in such a file.
[[nodiscard]] gradus::result<std::vector<float>> values_in(const gradus::packed_file& file,
                                                           const std::string& matrix);

/// In the record: for each block its matrices, packed and as values, and what was found.
class solved_blocks {
  public:
    /// Of the run `name`; blocks that were solved for another plan count for nothing.
    solved_blocks(const record& kept, const std::string& name, const gradus::bit_plan& plan);

    /// Adds the matrices of a block to `out`; false where it is not there.
    /// Errors: files that are not what was written.
    [[nodiscard]] gradus::result<bool> restore(gradus::index_t step, solved_model& out) const;

    /// Keeps the block that was just solved: all of its matrices in `out`, and the findings from
    /// number `first` on.
    [[nodiscard]] gradus::status
    keep(gradus::index_t step, const solved_model& out, gradus::index_t first) const;

  private:
    const record& kept_;
    std::string name_;
    std::string plan_;  // checksum
};

}  // namespace compress_model

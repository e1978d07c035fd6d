// SPDX-License-Identifier: MIT
// The table of losses, one line a scheme, printed as the schemes are done.
#pragma once

#include "report.hpp"

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace quantize_model {

/// Columns: scheme, bits per weight (decoder), size of the file; for each text PPL, PPL ratio, KLD
/// [95 % interval] and top-1 agreement; seconds. One text fits 120 columns.
class table {
  public:
    /// `schemes` are those that will come: the first column is as wide as the longest needs.
    table(std::ostream& out,
          const std::vector<std::string>& schemes,
          std::vector<text_baseline> texts);

    /// Two lines of headings, and the float model as the first row.
    void print_head() const;

    /// `done.losses` must be in the order of the texts.
    void print(const run& done) const;

  private:
    void print_start(std::string_view name, double bits, const std::string& size) const;

    std::ostream* out_;
    std::vector<text_baseline> texts_;
    int name_width_;
};

/// Head and all rows at once.
void print_table(std::ostream& out, const report& measured);

}  // namespace quantize_model

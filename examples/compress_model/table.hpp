// SPDX-License-Identifier: MIT
// The table of runs, one line each, printed as they are done.
#pragma once

#include "report.hpp"

#include <iosfwd>

namespace compress_model {

/// Columns: run, target and achieved bits, code bits, zeros, layer error; for each text PPL ratio,
/// KLD [95 % interval], top-1 agreement; seconds.
void print_head(std::ostream& out, const std::vector<quantize_model::text_baseline>& texts);

void print_row(std::ostream& out, const run& one);

/// A target that nothing can reach: the end of what can be reached, floor or ceiling, stands in its
/// row.
void print_out_of_reach(std::ostream& out, const std::string& name, double target, double end);

/// Widths of each layer and in total, and the stages with their times and peaks.
void print_details(std::ostream& out, const run& one);

/// The exponents of each input, and the error that they leave.
void print_scales(std::ostream& out, const std::vector<scaled_input>& scales);

/// Alpha of each matrix with its interval, and what it was taken from.
void print_alphas(std::ostream& out, const std::vector<alpha_line>& alphas);

}  // namespace compress_model

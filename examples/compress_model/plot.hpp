// SPDX-License-Identifier: MIT
// The picture of a report: divergence against bits, with the predicted front.
#pragma once

#include "report.hpp"

namespace compress_model {

/// The script for gnuplot that draws one panel a text into `svg_file`: a line a method, and the
/// front that one measurement predicts for all budgets, dashed.
[[nodiscard]] std::string plot_script(const report& measured, const std::string& svg_file);

}  // namespace compress_model

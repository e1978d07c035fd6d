// SPDX-License-Identifier: MIT
// The picture of a report: divergence and perplexity against effective bits.
#pragma once

#include "report.hpp"

#include <string>

namespace quantize_cache {

/// The script for gnuplot that draws two panels of 1000 x 700 a text into `svg_file`: KL divergence
/// with its intervals, and perplexity. A colour and a shape stand for a series; a line joins the
/// runs of one scheme at different bits. Losses of zero are left out, as is what takes more than 10
/// bits; the title says so.
[[nodiscard]] std::string plot_script(const report& measured, const std::string& svg_file);

}  // namespace quantize_cache

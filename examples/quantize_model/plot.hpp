// SPDX-License-Identifier: MIT
// The picture of a report: divergence against bits per weight.
#pragma once

#include "report.hpp"

#include <gradus/core/result.hpp>

#include <string>

namespace quantize_model {

/// The script for gnuplot that draws one panel of 1000 x 700 a text into `svg_file`.
///
/// A colour and a shape stand for a mapping with its variant; hollow is min-max, filled is
/// mse_search, dotted any other range. A line joins schemes that differ in width alone. A KLD of
/// zero is drawn on the lower edge, one that is not finite is left out; the title says so.
[[nodiscard]] std::string plot_script(const report& measured, const std::string& svg_file);

/// Whether there is a gnuplot; the error says what to install.
[[nodiscard]] gradus::status find_gnuplot();

/// Runs gnuplot on a script that writes `svg_file`.part, and replaces `svg_file` when all went
/// well. Errors: no gnuplot (as above), whatever gnuplot complains about.
[[nodiscard]] gradus::status draw_plot(const std::string& script, const std::string& svg_file);

/// Runs gnuplot on the script of a report and replaces `svg_file` when all went well. Errors: no
/// gnuplot (as above), no runs to draw, whatever gnuplot complains about.
[[nodiscard]] gradus::status write_plot(const report& measured, const std::string& svg_file);

}  // namespace quantize_model

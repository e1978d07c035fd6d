// SPDX-License-Identifier: MIT
// The table on standard output.
#pragma once

#include "report.hpp"

#include <iosfwd>

namespace generate_text {

/// Two lines of headings and what they leave open.
void print_head(std::ostream& out, const report& about);

void print_row(std::ostream& out, const row& one);

/// What each width wrote.
void print_texts(std::ostream& out, const report& measured);

}  // namespace generate_text

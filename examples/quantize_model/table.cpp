// SPDX-License-Identifier: MIT
// Fixed-width text.
#include "table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ostream>
#include <utility>

namespace quantize_model {
namespace {

constexpr int loss_width = 55;  // of one text's columns, as `losses_text` writes them

template <class... T> std::string print_to_string(const char* format, T... values) {
    std::array<char, 256> text{};
    std::snprintf(text.data(), text.size(), format, values...);
    return text.data();
}

/// Fixed decimals where they fit `width`, else a power of ten: binary schemes can be that bad.
std::string number(double value, int width, int decimals) {
    std::string text = print_to_string("%*.*f", width, decimals, value);
    if (text.size() > static_cast<std::size_t>(width)) {
        text = print_to_string("%*.2g", width, value);
    }
    return text;
}

std::string size_text(std::uint64_t bytes) {
    const auto size = static_cast<double>(bytes);
    if (size < 0x1p20) { return print_to_string("%.1f KiB", size / 1024.0); }
    if (size < 0x1p30) { return print_to_string("%.2f MiB", size / 0x1p20); }
    return print_to_string("%.2f GiB", size / 0x1p30);
}

std::string losses_text(const text_loss& loss) {
    return number(loss.ppl, 8, 3) + " " + number(loss.ppl_ratio, 7, 4) + "  " +
           print_to_string("%8.2e [%8.2e, %8.2e]", loss.kld, loss.kld_low, loss.kld_high) + " " +
           print_to_string("%7.2f", 100.0 * loss.top1);
}

/// As wide as that of `losses_text`.
std::string loss_heads() {
    return print_to_string("%8s %7s  %8s %-20s %7s", "PPL", "ratio", "KLD", "[95 % interval]",
                           "top-1 %");
}

}  // namespace

table::table(std::ostream& out,
             const std::vector<std::string>& schemes,
             std::vector<text_baseline> texts)
    : out_{&out}, texts_{std::move(texts)}, name_width_{12} {
    for (const std::string& scheme : schemes) {
        name_width_ = std::max(name_width_, static_cast<int>(scheme.size()));
    }
}

void table::print_start(std::string_view name, double bits, const std::string& size) const {
    *out_ << print_to_string("%-*.*s %7.3f %9s", name_width_, static_cast<int>(name.size()),
                             name.data(), bits, size.c_str());
}

void table::print_head() const {
    std::string titles = print_to_string("%-*s %7s %9s", name_width_, "", "bits per", "");
    for (const text_baseline& text : texts_) {
        const std::string title = text.name + ", " + std::to_string(text.positions) + " positions";
        titles += print_to_string("  %-*.*s", loss_width, loss_width, title.c_str());
    }
    titles.erase(titles.find_last_not_of(' ') + 1);
    *out_ << titles << '\n'
          << print_to_string("%-*s %7s %9s", name_width_, "scheme", "weight", "size");
    for (std::size_t i = 0; i < texts_.size(); ++i) {
        *out_ << "  " << loss_heads();
    }
    *out_ << "  seconds\n";
    *out_ << print_to_string("%-*s %7s %9s", name_width_, "float model", "-", "-");
    for (const text_baseline& text : texts_) {
        *out_ << print_to_string("  %-*s", loss_width, number(text.ppl, 8, 3).c_str());
    }
    *out_ << "        -" << std::endl;
}

void table::print(const run& done) const {
    print_start(done.scheme, done.bits_per_weight_decoder, size_text(done.file_bytes));
    for (const text_loss& loss : done.losses) {
        *out_ << "  " << losses_text(loss);
    }
    *out_ << print_to_string("  %7.1f", done.seconds) << std::endl;
}

void print_table(std::ostream& out, const report& measured) {
    std::vector<std::string> schemes;
    for (const run& one : measured.runs) {
        schemes.push_back(one.scheme);
    }
    const table lines{out, schemes, measured.texts};
    lines.print_head();
    for (const run& one : measured.runs) {
        lines.print(one);
    }
}

}  // namespace quantize_model

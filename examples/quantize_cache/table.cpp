// SPDX-License-Identifier: MIT
// Fixed-width text.
#include "table.hpp"

#include <array>
#include <cstdio>
#include <ostream>
#include <string>

namespace quantize_cache {
namespace {

template <class... T> std::string print_to_string(const char* format, T... values) {
    std::array<char, 256> text{};
    std::snprintf(text.data(), text.size(), format, values...);
    return text.data();
}

}  // namespace

void print_head(std::ostream& out, const std::vector<text_baseline>& texts) {
    out << print_to_string("%-11s %-26s %6s %6s %6s %6s", "series", "cache", "keys", "values",
                           "both", "stored");
    for (std::size_t i = 0; i < texts.size(); ++i) {
        out << print_to_string("  %8s  %8s %-20s %7s", "PPL", "KLD", "[95 % interval]", "top-1 %");
    }
    out << "  seconds\n"
        << print_to_string("%-11s %-26s %6s %6s %6s %6s", "", "float model", "32", "32", "32",
                           "32");
    for (const text_baseline& text : texts) {
        out << print_to_string(
            "  %8.3f  %-37.37s", text.ppl,
            (text.name + ", " + std::to_string(text.positions) + " positions").c_str());
    }
    out << "        -" << std::endl;
}

void print_run(std::ostream& out, const run& done) {
    out << print_to_string("%-11s %-26s %6.3f %6.3f %6.3f %6.3f", done.series.c_str(),
                           done.scheme.c_str(), done.effective_bits.keys,
                           done.effective_bits.values, done.effective_bits.both, done.stored_bits);
    for (const text_loss& loss : done.losses) {
        out << print_to_string("  %8.3f  %8.2e [%8.2e, %8.2e] %7.2f", loss.ppl, loss.kld,
                               loss.kld_low, loss.kld_high, 100.0 * loss.top1);
    }
    out << print_to_string("  %7.1f", done.seconds);
    for (const text_loss& loss : done.beside_weights) {
        out << print_to_string("  beside its weights: KLD %8.2e [%8.2e, %8.2e], PPL %+.4f %%",
                               loss.kld, loss.kld_low, loss.kld_high,
                               100.0 * (loss.ppl_ratio - 1.0));
    }
    out << std::endl;
}

}  // namespace quantize_cache

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
    std::array<char, 640> text{};
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
    for (const operator_loss& one : done.operators) {
        out << print_to_string("%-11s   %-10s alone: KLD %8.2e (%8.2e unclipped), %4.1f %% of its "
                               "input's squares clipped, %4.1f %% in %s\n",
                               "", one.name.c_str(), one.kld, one.kld_absmax,
                               100.0 * one.clipped_energy, 100.0 * one.worst_energy,
                               one.worst.c_str());
    }
}

void print_comparisons(std::ostream& out, const std::vector<comparison>& pairs) {
    if (pairs.empty()) { return; }
    out << print_to_string("\n%-11s %-16s %-17s %s\n", "series", "cache", "beside",
                           "change of the KLD [paired 95 % interval], text");
    for (const comparison& pair : pairs) {
        out << print_to_string("%-11s %-16s %-17s %+6.1f %% [%+6.1f, %+6.1f]  %s: %s\n",
                               pair.series.c_str(), pair.scheme.c_str(), pair.beside.c_str(),
                               100.0 * pair.change, 100.0 * pair.low, 100.0 * pair.high,
                               pair.text.c_str(), pair.says.c_str());
    }
    out.flush();
}

}  // namespace quantize_cache

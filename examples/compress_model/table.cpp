// SPDX-License-Identifier: MIT
// Report values to lines of text.
#include "table.hpp"

#include <array>
#include <cstdio>
#include <ostream>

namespace compress_model {
namespace {

template <class... T> std::string text(const char* format, T... values) {
    std::array<char, 256> buffer{};
    std::snprintf(buffer.data(), buffer.size(), format, values...);
    return buffer.data();
}

double mean_error(const run& one) {
    double sum = 0.0;
    for (const layer_error& e : one.relative_layer_error) {
        sum += e.error;
    }
    const auto count = static_cast<double>(one.relative_layer_error.size());
    return count == 0.0 ? 0.0 : sum / count;
}

std::string widths_text(const std::map<int, double>& widths) {
    std::string line;
    for (const auto& [width, share] : widths) {
        line += text("  %d: %5.1f %%", width, 100.0 * share);
    }
    return line;
}

}  // namespace

void print_head(std::ostream& out, const std::vector<quantize_model::text_baseline>& texts) {
    std::string titles = text("%-34s %7s %8s %6s %6s %8s", "", "", "", "", "", "layer");
    for (const auto& t : texts) {
        const std::string title = t.name + ", " + std::to_string(t.positions) + " positions";
        titles += text("  %-47.47s", title.c_str());
    }
    out << titles << '\n'
        << text("%-34s %7s %8s %6s %6s %8s", "run", "target", "bits", "codes", "zeros", "error");
    for (std::size_t i = 0; i < texts.size(); ++i) {
        out << text("  %8s %8s %-20s %7s", "PPL x", "KLD", "[95 % interval]", "top-1 %");
    }
    out << "  seconds" << std::endl;
}

void print_row(std::ostream& out, const run& one) {
    out << text("%-34.34s %7.3f %8.4f %6.3f %6.3f %8.5f", one.common.scheme.c_str(),
                one.target_bits, one.achieved_bits, one.code_bits, one.sparsity, mean_error(one));
    for (const auto& loss : one.common.losses) {
        out << text("  %8.5f %8.2e [%8.2e, %8.2e] %7.2f", loss.ppl_ratio, loss.kld, loss.kld_low,
                    loss.kld_high, 100.0 * loss.top1);
    }
    out << text("  %7.1f", one.common.seconds) << std::endl;
}

void print_out_of_reach(std::ostream& out, const std::string& name, double target, double floor) {
    out << text("%-34.34s %7.3f %s %.4f", name.c_str(), target, "out of reach: the floor is", floor)
        << std::endl;
}

void print_details(std::ostream& out, const run& one) {
    out << "\n" << one.common.scheme << ": bits of codes, share of the weights\n";
    for (const auto& [layer, widths] : one.layer_widths) {
        out << text("  %-12s", layer.c_str()) << widths_text(widths) << '\n';
    }
    out << text("  %-12s", "all") << widths_text(one.widths) << '\n';
    for (const stage& s : one.stages) {
        out << text("  %-12s %8.2f s, peak %.1f MiB\n", s.name.c_str(), s.seconds,
                    static_cast<double>(s.peak_bytes) / 0x1p20);
    }
}

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// Report values to lines of text.
#include "table.hpp"

#include <algorithm>
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

double mebibytes(std::uint64_t bytes) {
    return static_cast<double>(bytes) / 0x1p20;
}

/// The bound of what calibrating and solving take beyond what is held, and whether it was kept.
void print_bound(std::ostream& out, const run& one) {
    const memory_bound& m = one.memory;
    out << text("  bound of survey, calibration and solution, beyond program, model and what is "
                "kept of texts:\n"
                "    %.1f (block x 3) + %.1f (Hessians x 2) + %.1f (activations) = %.1f MiB",
                mebibytes(3 * m.block_weights), mebibytes(2 * m.hessians), mebibytes(m.activations),
                mebibytes(m.total()));
    for (const char* name : {"survey", "solution"}) {
        for (const stage& s : one.stages) {
            if (s.name != name) { continue; }
            const std::uint64_t more = s.peak_bytes - std::min(s.peak_bytes, s.held_bytes);
            out << text("; %s %s", name, more <= m.total() ? "within" : "ABOVE");
        }
    }
    out << '\n';
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

void print_out_of_reach(std::ostream& out, const std::string& name, double target, double end) {
    const char* const side = target < end ? "floor" : "ceiling";
    out << text("%-34.34s %7.3f out of reach: the %s is %.4f", name.c_str(), target, side, end)
        << std::endl;
}

void print_details(std::ostream& out, const run& one) {
    out << "\n" << one.common.scheme << ": bits of codes, share of the weights\n";
    for (const auto& [layer, widths] : one.layer_widths) {
        out << text("  %-12s", layer.c_str()) << widths_text(widths) << '\n';
    }
    out << text("  %-12s", "all") << widths_text(one.widths) << '\n';
    out << text("  %-12s %.4f bits a weight", "metadata", one.metadata);
    if (one.order_bits > 0.0) { out << text(", orders of columns %.4f", one.order_bits); }
    if (one.metadata_saved != 0.0 || one.shared_scales > 0.0) {
        out << text("; longer groups save %.4f, %.1f %% of the weights have one scale a row and "
                    "group of channels",
                    one.metadata_saved, 100.0 * one.shared_scales);
    }
    out << '\n';
    for (const stage& s : one.stages) {
        const std::uint64_t more = s.peak_bytes - std::min(s.peak_bytes, s.held_bytes);
        out << text("  %-12s %8.2f s, peak %.1f MiB, %.1f of them beyond what it began with\n",
                    s.name.c_str(), s.seconds, mebibytes(s.peak_bytes), mebibytes(more));
    }
    print_bound(out, one);
}

void print_scales(std::ostream& out, const std::vector<scaled_input>& scales) {
    if (scales.empty()) { return; }
    out << "\nscales: (mean |x|)^a / (rms w)^b a channel, folded; output error beside none\n";
    for (const scaled_input& s : scales) {
        out << text("  %-24s a %5.3f  b %5.3f  %+6.1f %%  in ", s.input.c_str(),
                    s.exponents.activation, s.exponents.weight, 100.0 * (s.error - 1.0))
            << s.source << '\n';
    }
}

void print_alphas(std::ostream& out, const std::vector<alpha_line>& alphas) {
    if (alphas.empty()) { return; }
    out << "\nalpha: nats for relative error 1 of a matrix [two noise levels, 95 % over windows]\n";
    for (const alpha_line& line : alphas) {
        const gradus::loss_worth& w = line.worth;
        out << text("  %-12s %-42s %9.3g [%8.3g, %8.3g]", line.series.c_str(), w.name.c_str(),
                    w.alpha(), w.low(), w.high());
        for (const gradus::noise_level* level : {&w.fine, &w.coarse}) {
            out << text("  %d bits: %.2e nats at error %.2e", level->width, level->kld,
                        level->error);
        }
        out << '\n';
    }
}

}  // namespace compress_model

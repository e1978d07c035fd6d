// SPDX-License-Identifier: MIT
// From a report to a gnuplot script.
#include "plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace compress_model {
namespace {

// The colours of Okabe and Ito 2008, told apart by the colour-blind, without the pale yellow.
constexpr std::array<std::string_view, 7> colours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                     "#E69F00", "#56B4E9", "#555555"};

std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.6g", value);
    return text.data();
}

/// In single quotes, as gnuplot reads them: nothing in it is special.
std::string in_quotes(std::string_view text) {
    std::string result = "'";
    for (const char c : text) {
        result += c == '\'' ? "''" : std::string(1, c == '\n' ? ' ' : c);
    }
    return result + "'";
}

/// The names of lines, in the order of their first run.
std::vector<std::string> lines_of(const report& measured) {
    std::vector<std::string> names;
    for (const run& one : measured.runs) {
        if (std::find(names.begin(), names.end(), one.method) == names.end()) {
            names.push_back(one.method);
        }
    }
    return names;
}

std::string block_of(const report& measured, const std::string& method, std::size_t text) {
    std::vector<const run*> runs;
    for (const run& one : measured.runs) {
        const bool drawn = text < one.common.losses.size() && one.common.losses[text].kld > 0.0 &&
                           std::isfinite(one.common.losses[text].kld);
        if (one.method == method && drawn) { runs.push_back(&one); }
    }
    std::stable_sort(runs.begin(), runs.end(), [](const run* a, const run* b) {
        return a->common.bits_per_weight_decoder < b->common.bits_per_weight_decoder;
    });
    std::string rows;
    for (const run* one : runs) {
        const auto& loss = one->common.losses[text];
        rows += number(one->common.bits_per_weight_decoder) + " " + number(loss.kld) + " " +
                number(loss.kld_low) + " " + number(loss.kld_high) + "\n";
    }
    return rows;
}

}  // namespace

std::string plot_script(const report& measured, const std::string& svg_file) {
    const std::vector<std::string> lines = lines_of(measured);
    const std::size_t panels = std::max<std::size_t>(measured.texts.size(), 1);
    std::string script = "set terminal svg size 1000," + std::to_string(700 * panels) +
                         " background '#ffffff'\nset output " + in_quotes(svg_file) +
                         "\nset logscale y\nset format y '%.0e'\nset grid\n"
                         "set xlabel 'stored bits a decoder weight'\n"
                         "set ylabel 'KL divergence, nats a position'\n"
                         "set multiplot layout " +
                         std::to_string(panels) + ",1\n";
    for (std::size_t text = 0; text < measured.texts.size(); ++text) {
        std::string plots;
        std::string data;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const std::string rows = block_of(measured, lines[i], text);
            if (rows.empty()) { continue; }
            const std::string name = "$d" + std::to_string(text) + "_" + std::to_string(i);
            data += name + " << EOD\n" + rows + "EOD\n";
            const std::string colour = std::string{colours[i % colours.size()]};
            plots += (plots.empty() ? "plot " : ", ") + name +
                     " using 1:2 with linespoints lc rgb " + in_quotes(colour) + " pt 7 title " +
                     in_quotes(lines[i]) + ", " + name + " using 1:2:3:4 with yerrorbars lc rgb " +
                     in_quotes(colour) + " pt 0 notitle";
        }
        if (!measured.front.empty() && !plots.empty()) {
            data += "$f" + std::to_string(text) + " << EOD\n";
            for (const front_corner& c : measured.front) {
                if (c.kld > 0.0) { data += number(c.bits) + " " + number(c.kld) + "\n"; }
            }
            data += "EOD\n";
            plots += ", $f" + std::to_string(text) +
                     " using 1:2 with lines dt 2 lc rgb '#555555' title 'predicted front'";
        }
        script += data + "set title " + in_quotes(measured.texts[text].name) + " noenhanced\n" +
                  plots + "\n";
    }
    return script + "unset multiplot\n";
}

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// From a report to a gnuplot script.
#include "plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <string_view>
#include <vector>

namespace quantize_cache {
namespace {

// The colours of Okabe and Ito 2008, told apart by the colour-blind, without the pale yellow.
constexpr std::array<std::string_view, 7> colours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                     "#E69F00", "#56B4E9", "#555555"};
constexpr std::array<int, 7> shapes = {7, 5, 9, 13, 11, 15, 6};
constexpr double most_bits = 10.0;

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

/// Runs that a line joins: a scheme without what comes before the first '@' or digit of its width.
std::string family_of(const run& one) {
    std::string name = one.scheme.substr(0, one.scheme.find('@'));
    std::string family = one.series + " ";
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool width = std::string_view{"0123456789"}.find(name[i]) != std::string_view::npos;
        const bool group = i > 0 && (name[i - 1] == 'g' || name[i - 1] == 'G');
        if (width && !group && name.find('_') >= i) { continue; }
        family += name[i];
    }
    return family;
}

bool drawn(const run& one, std::size_t text) {
    return text < one.losses.size() && one.effective_bits.both <= most_bits &&
           std::isfinite(one.losses[text].kld) && one.losses[text].kld > 0.0;
}

struct group {
    std::string name;
    std::vector<const run*> runs;
};

std::vector<group> groups_of(const report& measured, std::size_t text) {
    std::vector<group> groups;
    for (const run& one : measured.runs) {
        if (!drawn(one, text)) { continue; }
        const std::string name = family_of(one);
        auto at = std::find_if(groups.begin(), groups.end(),
                               [&](const group& g) { return g.name == name; });
        if (at == groups.end()) { at = groups.insert(groups.end(), {name, {}}); }
        at->runs.push_back(&one);
    }
    for (group& g : groups) {
        std::stable_sort(g.runs.begin(), g.runs.end(), [](const run* a, const run* b) {
            return a->effective_bits.both < b->effective_bits.both;
        });
    }
    return groups;
}

std::string rows_of(const group& g, std::size_t text, bool perplexity) {
    std::string rows;
    for (const run* one : g.runs) {
        const text_loss& loss = one->losses[text];
        rows += number(one->effective_bits.both) + " ";
        rows += perplexity ? number(loss.ppl) + "\n"
                           : number(loss.kld) + " " + number(std::max(loss.kld_low, 1e-12)) + " " +
                                 number(loss.kld_high) + "\n";
    }
    return rows;
}

std::string
panel(const report& measured, std::size_t text, bool perplexity, double bottom, double height) {
    const std::vector<group> groups = groups_of(measured, text);
    const std::size_t skipped = static_cast<std::size_t>(std::count_if(
        measured.runs.begin(), measured.runs.end(), [&](const run& r) { return !drawn(r, text); }));
    std::string title = measured.model + ", text " + measured.texts[text].name + ", " +
                        std::to_string(measured.texts[text].positions) + " positions";
    if (skipped > 0) {
        title += " (not drawn: " + std::to_string(skipped) + " without loss, or beyond 10 bits)";
    }
    std::map<std::string, std::size_t> series;
    std::string data;
    std::string commands = "plot NaN notitle";
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const std::string& kind = groups[i].runs.front()->series;
        const std::size_t index =
            series.emplace(kind, series.size()).first->second % colours.size();
        const std::string block =
            std::string{perplexity ? "p" : "k"} + std::to_string(text) + "f" + std::to_string(i);
        data += "$" + block + " << END_OF_DATA\n" + rows_of(groups[i], text, perplexity) +
                "END_OF_DATA\n";
        const std::string style = " lc rgb " + in_quotes(colours[index]) + " lw 1.5";
        commands += ", \\\n  $" + block + " using 1:2 with linespoints pt " +
                    std::to_string(shapes[i % shapes.size()]) + " ps 0.8" + style + " title " +
                    in_quotes(groups[i].name);
        if (!perplexity) {
            commands +=
                ", \\\n  $" + block + " using 1:2:3:4 with yerrorbars pt 0" + style + " notitle";
        }
    }
    if (perplexity) {
        commands += ", \\\n  " + number(measured.texts[text].ppl) +
                    " with lines lc rgb '#000000' dt 2 title 'float model'";
    }
    return data + "set origin 0," + number(bottom) + "\nset size 1," + number(height) +
           "\nset title " + in_quotes(title) + " noenhanced font ',14'\n" +
           "set xtics 1 nomirror font ',14'\nset ytics auto nomirror font ',14'\n"
           "set border 3 lc rgb '#000000'\nset grid xtics ytics lc rgb '#dddddd' lw 1\n"
           "set bars 0.4\nset key outside right top Left reverse samplen 1.5 spacing 1.1 "
           "noenhanced "
           "font ',11'\nset xlabel 'Effective bits a cached number (codes, scales, widths, "
           "codebooks)'\n" +
           (perplexity ? "set logscale y\nset format y '%g'\nset ylabel 'Perplexity'\n"
                       : "set logscale y\nset format y '10^{%L}'\n"
                         "set ylabel 'KL divergence from the float model (nats per position)'\n") +
           commands + "\n";
}

}  // namespace

std::string plot_script(const report& measured, const std::string& svg_file) {
    const std::size_t panels = 2 * measured.texts.size();
    std::string script = "set terminal svg size 1000," + std::to_string(700 * panels) +
                         " font 'sans-serif,14' background '#ffffff'\nset output " +
                         in_quotes(svg_file) + "\nset multiplot\n";
    const double height = 1.0 / static_cast<double>(panels);
    for (std::size_t i = 0; i < panels; ++i) {
        script +=
            panel(measured, i / 2, i % 2 == 1, 1.0 - height * static_cast<double>(i + 1), height);
    }
    return script + "unset multiplot\nset output\n";
}

}  // namespace quantize_cache

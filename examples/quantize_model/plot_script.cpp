// SPDX-License-Identifier: MIT
// From a report to a gnuplot script.
#include "plot.hpp"
#include "scheme_parts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <string_view>

namespace quantize_model {
namespace {

/// One scheme on one text, as drawn.
struct point {
    scheme_parts parts;
    double bits;
    double kld;
    double low;
    double high;
};

/// Limits of the axes.
struct window {
    double left = 1.0;
    double right = 8.0;
    double floor = 1e-8;
    double top = 1.0;
};

/// The points of one text and where they lie; `notes` is what the title has to confess.
struct panel {
    std::vector<point> points;
    window whole;
    std::vector<std::string> notes;
};

// The colours of Okabe and Ito 2008, told apart by the colour-blind, without the pale yellow.
constexpr std::array<std::string_view, 7> colours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                     "#E69F00", "#56B4E9", "#555555"};
// gnuplot's shapes that come in pairs, hollow and (plus one) filled: square, circle, triangles, ...
constexpr std::array<int, 6> shapes = {6, 4, 8, 12, 10, 14};

std::string digits(double value, const char* format) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

std::string number(double value) {
    return digits(value, "%.6g");
}

/// Set anew for each panel, as the magnified corner changes some of it.
constexpr const char* panel_style =
    "set xtics 1 nomirror font ',14'\nset ytics auto nomirror font ',14'\n"
    "set mytics 10\nset format y '10^{%L}'\nset border 3 lc rgb '#000000'\n"
    "set grid xtics ytics lc rgb '#dddddd' lw 1\nset bars 0.4\n"
    "set key outside right top Left reverse samplen 1.5 spacing 1.25 noenhanced\n"
    "set xlabel 'Bits per weight of the decoder (codes, scales, codebooks)'\n"
    "set ylabel 'KL divergence from the float model (nats per position)'\n";

/// In single quotes, as gnuplot reads them: nothing in it is special.
std::string in_quotes(std::string_view text) {
    std::string result = "'";
    for (const char c : text) {
        result += c == '\'' ? "''" : std::string(1, c == '\n' ? ' ' : c);
    }
    return result + "'";
}

/// Points that the axes would have to be stretched for: floats among quantized ones.
bool is_far(const scheme_parts& parts, const report& measured) {
    return !parts.quantized &&
           std::any_of(measured.runs.begin(), measured.runs.end(),
                       [](const run& one) { return parts_of(one.scheme).quantized; });
}

/// Powers of ten around the KLDs, whole bits around the widths; some room for KLDs of zero.
window around(const std::vector<point>& points) {
    window view{.left = 1e9, .right = 0.0, .floor = 1e9, .top = 0.0};
    bool zeros = false;
    for (const point& p : points) {
        view.left = std::min(view.left, std::floor(p.bits));
        view.right = std::max(view.right, std::floor(p.bits) + 1.0);
        view.top = std::max({view.top, p.kld, p.high});
        if (p.kld > 0.0) { view.floor = std::min(view.floor, p.kld); }
        zeros = zeros || p.kld <= 0.0;
    }
    if (points.empty() || view.top <= 0.0 || !std::isfinite(view.top)) {
        return {.left = points.empty() ? 1.0 : view.left,
                .right = points.empty() ? 9.0 : view.right};
    }
    view.floor = std::pow(10.0, std::floor(std::log10(view.floor)) - (zeros ? 1.0 : 0.0));
    view.top = std::pow(10.0, std::ceil(std::log10(view.top)));
    return view;
}

panel panel_of(const report& measured, std::size_t text) {
    panel result;
    int zeros = 0;
    for (const run& one : measured.runs) {
        const scheme_parts parts = parts_of(one.scheme);
        const text_loss loss = text < one.losses.size() ? one.losses[text] : text_loss{};
        if (text >= one.losses.size() || !std::isfinite(loss.kld)) {
            result.notes.push_back("not drawn: " + one.scheme + ", whose KLD is not finite");
        } else if (is_far(parts, measured)) {
            result.notes.push_back("not drawn: " + one.scheme + ", " +
                                   number(one.bits_per_weight_decoder) + " bits, KLD " +
                                   digits(loss.kld, "%.2e"));
        } else {
            result.points.push_back(
                {parts, one.bits_per_weight_decoder, loss.kld, loss.kld_low, loss.kld_high});
            zeros += loss.kld > 0.0 ? 0 : 1;
        }
    }
    result.whole = around(result.points);
    for (point& p : result.points) {
        p.kld = std::max(p.kld, result.whole.floor);
        p.low = std::clamp(p.low, result.whole.floor, p.kld);
        p.high = std::max(p.high, p.kld);
    }
    if (zeros > 0) {
        result.notes.push_back("on the lower edge: " + std::to_string(zeros) + " with KLD 0");
    }
    return result;
}

/// Where at least ten points crowd within six tenths of a bit; nothing where they do not.
std::optional<window> crowd_of(const panel& drawn) {
    constexpr double reach = 0.6;
    constexpr int crowded = 10;
    std::optional<window> best;
    int most = crowded - 1;
    for (const point& first : drawn.points) {
        window view{.left = first.bits - 0.05,
                    .right = first.bits + reach,
                    .floor = first.kld,
                    .top = first.kld};
        int count = 0;
        for (const point& p : drawn.points) {
            if (p.bits < first.bits || p.bits > view.right) { continue; }
            ++count;
            view.floor = std::min(view.floor, p.low);
            view.top = std::max(view.top, p.high);
        }
        if (count <= most) { continue; }
        most = count;
        view.floor *= 0.85;
        view.top *= 1.15;
        best = view;
    }
    // A picture of everything needs no magnifier.
    return best && best->right - best->left < 0.4 * (drawn.whole.right - drawn.whole.left)
             ? best
             : std::nullopt;
}

std::vector<std::string> families_of(const report& measured) {
    std::vector<std::string> families;
    for (const run& one : measured.runs) {
        const scheme_parts parts = parts_of(one.scheme);
        if (is_far(parts, measured)) { continue; }
        const std::string& family = parts.family;
        if (std::find(families.begin(), families.end(), family) == families.end()) {
            families.push_back(family);
        }
    }
    return families;
}

std::string data_block(const std::string& name, const std::string& rows) {
    return "$" + name + " << END_OF_DATA\n" + rows + "END_OF_DATA\n";
}

/// The rows "bits kld low high" of one family and one kind of range.
std::string rows_of(const panel& drawn, const std::string& family, range_kind range) {
    std::string rows;
    for (const point& p : drawn.points) {
        if (p.parts.family != family || p.parts.range != range) { continue; }
        rows += number(p.bits) + " " + number(p.kld) + " " + number(p.low) + " " + number(p.high) +
                "\n";
    }
    return rows;
}

/// Polylines through schemes that differ in width alone, one after the other.
std::string lines_of(const panel& drawn, const std::string& family, range_kind range) {
    std::map<std::string, std::vector<point>> series;
    for (const point& p : drawn.points) {
        const bool fits = p.parts.family == family && p.parts.range == range;
        if (fits && p.kld > drawn.whole.floor) { series[p.parts.without_width].push_back(p); }
    }
    std::string rows;
    for (auto& [name, points] : series) {
        if (points.size() < 2) { continue; }
        std::sort(points.begin(), points.end(),
                  [](const point& a, const point& b) { return a.bits < b.bits; });
        for (const point& p : points) {
            rows += number(p.bits) + " " + number(p.kld) + "\n";
        }
        rows += "\n";
    }
    return rows;
}

/// An expression of gnuplot: one line a note below what the picture is of.
std::string title_of(const report& measured, std::size_t text, const panel& drawn) {
    std::string title = in_quotes(measured.model + ", text " + measured.texts[text].name + ", " +
                                  std::to_string(measured.texts[text].positions) + " positions");
    for (const std::string& note : drawn.notes) {
        title += ".\"\\n\"." + in_quotes(note);
    }
    return title;
}

/// The plot command of one family, and the data it needs.
void add_family(const panel& drawn,
                const std::string& family,
                std::size_t index,
                std::string& data,
                std::string& commands) {
    const std::string colour = " lc rgb " + in_quotes(colours[index % colours.size()]);
    const int hollow = shapes[index % shapes.size()];
    const auto add = [&](const std::string& rows, const std::string& name,
                         const std::string& style) {
        if (rows.empty()) { return; }
        const std::string block = "f" + std::to_string(index) + name;
        data += data_block(block, rows);
        commands += ", \\\n  $" + block + " " + style + colour + " notitle";
    };
    const std::size_t before = commands.size();
    for (const range_kind range : {range_kind::minmax, range_kind::mse, range_kind::other}) {
        const std::string name = std::to_string(static_cast<int>(range));
        const std::string rows = rows_of(drawn, family, range);
        const bool filled = range == range_kind::mse;
        const std::string shape = " pt " + std::to_string(hollow + (filled ? 1 : 0));
        add(lines_of(drawn, family, range), "lines" + name,
            "using 1:2 with lines lw 1 dt " + std::string(filled ? "1" : "3"));
        add(rows, "points" + name, "using 1:2:3:4 with yerrorbars lw 1.5 ps 0.9" + shape);
        if (range == range_kind::other) {
            add(rows, "dots" + name, "using 1:2 with points pt 7 ps 0.3");
        }
    }
    if (commands.size() == before) { return; }
    commands += ", \\\n  NaN with points ps 1.2 lw 1.5 pt " + std::to_string(hollow + 1) + colour +
                " title " + in_quotes(family);
}

/// What the fills of the markers mean; only those that occur.
std::string fill_legend(const panel& drawn) {
    const auto occurs = [&](range_kind range) {
        return std::any_of(drawn.points.begin(), drawn.points.end(),
                           [&](const point& p) { return p.parts.range == range; });
    };
    std::string commands = ", \\\n  NaN with lines lc rgb '#ffffff' title ' '";
    const std::string grey = " ps 1.2 lw 1.5 lc rgb '#777777' title ";
    if (occurs(range_kind::minmax)) {
        commands += ", \\\n  NaN with linespoints dt 3 pt 6" + grey + "'hollow: minmax'";
    }
    if (occurs(range_kind::mse)) {
        commands += ", \\\n  NaN with linespoints dt 1 pt 7" + grey + "'filled: mse search'";
    }
    if (occurs(range_kind::other)) {
        commands += ", \\\n  NaN with points pt 6" + grey + "'dotted: other ranges'";
    }
    return commands + ", \\\n  NaN with lines lc rgb '#ffffff' title 'bars: 95 % interval'" +
           ", \\\n  NaN with lines lc rgb '#ffffff' title 'lines join widths'";
}

std::string ranges_of(const window& view) {
    return "set xrange [" + number(view.left) + ":" + number(view.right) + "]\nset yrange [" +
           number(view.floor) + ":" + number(view.top) + "]\n";
}

/// The part of the picture that a panel has, as fractions of the whole height.
struct frame {
    double bottom;
    double height;
};

/// Round numbers within the view, for an axis that spans less than a decade or two.
std::string ticks_of(const window& view) {
    std::string ticks;
    for (double power = std::pow(10.0, std::floor(std::log10(view.floor))); power < view.top;
         power *= 10.0) {
        for (const double digit : {1.0, 2.0, 3.0, 5.0}) {
            const double at = digit * power;
            if (at < view.floor || at > view.top) { continue; }
            ticks += (ticks.empty() ? "" : ", ") + number(at);
        }
    }
    return "(" + ticks + ")";
}

/// The same plot again, magnified, below the legend; nothing where a long legend leaves no room.
std::string
inset(const panel& drawn, std::size_t families, const frame& at, const std::string& plot) {
    const std::optional<window> crowd = crowd_of(drawn);
    constexpr double bottom = 0.04;
    const double below_legend = 0.69 - 0.038 * static_cast<double>(families);
    const double size = std::min(0.44, below_legend - bottom);
    if (!crowd || size < 0.2) { return {}; }
    return "set origin 0.735," + number(at.bottom + bottom * at.height) + "\nset size 0.265," +
           number(size * at.height) +
           "\nunset key\nunset xlabel\nunset ylabel\n"
           "set title 'magnified' offset 0,-0.8 font ',12'\n"
           "set border 15 lc rgb '#777777'\nset xtics 0.2 font ',11'\n"
           "unset mytics\nset format y '%g'\nset ytics " +
           ticks_of(*crowd) + " font ',11'\n" + ranges_of(*crowd) + plot + "\n";
}

std::string
panel_script(const report& measured, std::size_t text, const std::vector<std::string>& families) {
    const panel drawn = panel_of(measured, text);
    const double height = 1.0 / static_cast<double>(measured.texts.size());
    const frame at{.bottom = 1.0 - height * static_cast<double>(text + 1), .height = height};
    std::string data;
    std::string commands = "plot NaN notitle";
    for (std::size_t i = 0; i < families.size(); ++i) {
        add_family(drawn, families[i], i, data, commands);
    }
    return data + panel_style + "set origin 0," + number(at.bottom) + "\nset size 1," +
           number(at.height) + "\nset title " + title_of(measured, text, drawn) +
           " noenhanced offset 0,0 font ',14'\n" + ranges_of(drawn.whole) + commands +
           fill_legend(drawn) + "\n" + inset(drawn, families.size(), at, commands);
}

}  // namespace

std::string plot_script(const report& measured, const std::string& svg_file) {
    const std::size_t panels = measured.texts.size();
    std::string script = "set terminal svg size 1000," + std::to_string(700 * panels) +
                         " font 'sans-serif,14' background '#ffffff'\n" + "set output " +
                         in_quotes(svg_file) + "\n";
    script += "set multiplot\nset logscale y\n";
    const std::vector<std::string> families = families_of(measured);
    for (std::size_t text = 0; text < panels; ++text) {
        script += panel_script(measured, text, families);
    }
    return script + "unset multiplot\nset output\n";
}

}  // namespace quantize_model

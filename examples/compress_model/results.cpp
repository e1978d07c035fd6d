// SPDX-License-Identifier: MIT
// report.json and the plot.
#include "../quantize_model/plot.hpp"
#include "plot.hpp"
#include "results.hpp"

#include <gradus/compress/findings.hpp>
#include <gradus/io/write_file.hpp>

#include <filesystem>

namespace compress_model {

using namespace gradus;

std::optional<finding> twins(const report& measured) {
    for (std::size_t i = 0; i < measured.runs.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const auto& a = measured.runs[j].common;
            const auto& b = measured.runs[i].common;
            if (a.losses.empty() || b.losses.empty()) { continue; }
            if (const auto same =
                    find_equal(a.scheme, a.losses[0].kld, b.scheme, b.losses[0].kld)) {
                return same;
            }
        }
    }
    return std::nullopt;
}

status write_results(const report& measured, const options& wanted) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    for (const std::string* file : {&wanted.report, &wanted.plot}) {
        const fs::path parent = fs::path{*file}.parent_path();
        if (!file->empty() && !parent.empty()) { fs::create_directories(parent, ignored); }
    }
    if (!wanted.report.empty()) {
        if (status s = write_file(wanted.report, to_json(measured)); !s) { return s; }
    }
    if (wanted.plot.empty()) { return done{}; }
    return quantize_model::draw_plot(plot_script(measured, wanted.plot + ".part"), wanted.plot);
}

}  // namespace compress_model

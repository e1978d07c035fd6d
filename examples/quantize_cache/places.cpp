// SPDX-License-Identifier: MIT
// The rules of quantize_model, for the two files of this program.
#include "../quantize_model/places.hpp"
#include "../quantize_model/plot.hpp"
#include "places.hpp"
#include "plot.hpp"

#include <gradus/io/write_file.hpp>

#include <filesystem>

namespace quantize_cache {

gradus::status check_places(const options& wanted) {
    quantize_model::options same;
    same.report = wanted.report;
    same.plot = wanted.plot;
    return quantize_model::check_places(same);
}

gradus::status write_results(const report& measured, const options& wanted) {
    for (const std::string& file : {wanted.report, wanted.plot}) {
        const auto folder = std::filesystem::path{file}.parent_path();
        std::error_code ignored;
        if (!folder.empty()) { std::filesystem::create_directories(folder, ignored); }
    }
    if (!wanted.report.empty()) {
        if (gradus::status s = gradus::write_file(wanted.report, to_json(measured)); !s) {
            return s;
        }
    }
    if (wanted.plot.empty() || measured.runs.empty()) { return gradus::done{}; }
    return quantize_model::draw_plot(plot_script(measured, wanted.plot + ".part"), wanted.plot);
}

}  // namespace quantize_cache

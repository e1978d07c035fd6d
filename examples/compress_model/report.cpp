// SPDX-License-Identifier: MIT
// Report values to JSON.
#include "report.hpp"

#include <nlohmann/json.hpp>

namespace compress_model {
namespace {

using json = nlohmann::ordered_json;

json widths_json(const std::map<int, double>& widths) {
    json all = json::object();
    for (const auto& [width, share] : widths) {
        all[std::to_string(width)] = share;
    }
    return all;
}

json json_of(const run& one) {
    json errors = json::array();
    for (const layer_error& e : one.relative_layer_error) {
        errors.push_back({{"tensor", e.tensor}, {"error", e.error}});
    }
    json stages = json::array();
    for (const stage& s : one.stages) {
        stages.push_back({{"name", s.name}, {"seconds", s.seconds}, {"peak_bytes", s.peak_bytes}});
    }
    json layers = json::object();
    for (const auto& [layer, widths] : one.layer_widths) {
        layers[layer] = widths_json(widths);
    }
    return {{"method", one.method},
            {"allocator", one.allocator},
            {"target_bits", one.target_bits},
            {"achieved_bits", one.achieved_bits},
            {"code_bits", one.code_bits},
            {"sparsity", one.sparsity},
            {"predicted_kld", one.predicted_kld},
            {"allocation_gap", one.gap},
            {"relative_layer_error", std::move(errors)},
            {"stages", std::move(stages)},
            {"widths", widths_json(one.widths)},
            {"layer_widths", std::move(layers)}};
}

}  // namespace

std::string to_json(const report& measured) {
    quantize_model::report common{measured.model, measured.texts, {}};
    for (const run& one : measured.runs) {
        common.runs.push_back(one.common);
    }
    json whole = json::parse(quantize_model::to_json(common));
    for (std::size_t i = 0; i < measured.runs.size(); ++i) {
        whole["runs"][i].update(json_of(measured.runs[i]));
    }
    whole["calibration"] = measured.calibration;
    json front = json::array();
    for (const front_corner& c : measured.front) {
        front.push_back({{"bits", c.bits}, {"predicted_kld", c.kld}});
    }
    whole["front"] = std::move(front);
    json findings = json::array();
    for (const auto& [id, message] : measured.findings) {
        findings.push_back({{"id", id}, {"message", message}});
    }
    whole["findings"] = std::move(findings);
    return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace compress_model

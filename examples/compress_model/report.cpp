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
        stages.push_back({{"name", s.name},
                          {"seconds", s.seconds},
                          {"peak_bytes", s.peak_bytes},
                          {"held_bytes", s.held_bytes}});
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
            {"metadata_bits", one.metadata},
            {"metadata_saved_bits", one.metadata_saved},
            {"order_bits", one.order_bits},
            {"shared_scales", one.shared_scales},
            {"relative_layer_error", std::move(errors)},
            {"stages", std::move(stages)},
            {"memory_bound",
             {{"block_weights", one.memory.block_weights},
              {"hessians", one.memory.hessians},
              {"activations", one.memory.activations},
              {"total", one.memory.total()}}},
            {"widths", widths_json(one.widths)},
            {"layer_widths", std::move(layers)}};
}

json json_of(const gradus::noise_level& level) {
    return {{"bits", level.width},
            {"relative_error", level.error},
            {"kld", level.kld},
            {"kld_low", level.kld_low},
            {"kld_high", level.kld_high}};
}

json json_of(const alpha_line& line) {
    const gradus::loss_worth& w = line.worth;
    return {{"series", line.series}, {"tensor", w.name},
            {"alpha", w.alpha()},    {"low", w.low()},
            {"high", w.high()},      {"levels", {json_of(w.fine), json_of(w.coarse)}}};
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
    json alphas = json::array();
    for (const alpha_line& line : measured.alphas) {
        alphas.push_back(json_of(line));
    }
    whole["alphas"] = std::move(alphas);
    json scales = json::array();
    for (const scaled_input& s : measured.scales) {
        scales.push_back({{"input", s.input},
                          {"folded_into", s.source},
                          {"activation_exponent", s.exponents.activation},
                          {"weight_exponent", s.exponents.weight},
                          {"relative_error", s.error}});
    }
    whole["scales"] = std::move(scales);
    json findings = json::array();
    for (const auto& [id, message] : measured.findings) {
        findings.push_back({{"id", id}, {"message", message}});
    }
    whole["findings"] = std::move(findings);
    return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace compress_model

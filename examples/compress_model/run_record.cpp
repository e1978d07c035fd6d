// SPDX-License-Identifier: MIT
// JSON, in which doubles survive to the bit; what is not finite comes back as NaN.
#include "run_record.hpp"

#include <nlohmann/json.hpp>

#include <limits>

namespace compress_model {

using json = nlohmann::ordered_json;

namespace {

double number(const json& value) {
    return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

json json_of(const quantize_model::text_loss& l) {
    return {l.text, l.ppl, l.ppl_ratio, l.kld, l.kld_low, l.kld_high, l.top1};
}

quantize_model::text_loss loss_of(const json& l) {
    return {l[0].get<std::string>(),
            number(l[1]),
            number(l[2]),
            number(l[3]),
            number(l[4]),
            number(l[5]),
            number(l[6])};
}

json common_of(const quantize_model::run& one) {
    json losses = json::array();
    for (const auto& l : one.losses) {
        losses.push_back(json_of(l));
    }
    return {{"scheme", one.scheme},
            {"file_bits", one.bits_per_weight_file},
            {"decoder_bits", one.bits_per_weight_decoder},
            {"file_bytes", one.file_bytes},
            {"seconds", one.seconds},
            {"peak_bytes", one.peak_bytes},
            {"losses", std::move(losses)}};
}

quantize_model::run common_from(const json& j) {
    quantize_model::run one;
    j["scheme"].get_to(one.scheme);
    one.bits_per_weight_file = number(j["file_bits"]);
    one.bits_per_weight_decoder = number(j["decoder_bits"]);
    j["file_bytes"].get_to(one.file_bytes);
    one.seconds = number(j["seconds"]);
    j["peak_bytes"].get_to(one.peak_bytes);
    for (const json& l : j["losses"]) {
        one.losses.push_back(loss_of(l));
    }
    return one;
}

json json_of(const run& one) {
    json errors = json::array();
    for (const layer_error& e : one.relative_layer_error) {
        errors.push_back({e.tensor, e.error});
    }
    json stages = json::array();
    for (const stage& s : one.stages) {
        stages.push_back({s.name, s.seconds, s.peak_bytes, s.held_bytes});
    }
    return {{"common", common_of(one.common)},
            {"target_bits", one.target_bits},
            {"achieved_bits", one.achieved_bits},
            {"code_bits", one.code_bits},
            {"sparsity", one.sparsity},
            {"predicted_kld", one.predicted_kld},
            {"gap", one.gap},
            {"errors", std::move(errors)},
            {"stages", std::move(stages)},
            {"widths", one.widths},
            {"layer_widths", one.layer_widths},
            {"metadata", {one.metadata, one.metadata_saved, one.order_bits, one.shared_scales}}};
}

run run_from(const json& j) {
    run one;
    one.common = common_from(j["common"]);
    one.target_bits = number(j["target_bits"]);
    one.achieved_bits = number(j["achieved_bits"]);
    one.code_bits = number(j["code_bits"]);
    one.sparsity = number(j["sparsity"]);
    one.predicted_kld = number(j["predicted_kld"]);
    one.gap = number(j["gap"]);
    for (const json& e : j["errors"]) {
        one.relative_layer_error.push_back({e[0].get<std::string>(), number(e[1])});
    }
    for (const json& s : j["stages"]) {
        one.stages.push_back({s[0].get<std::string>(), number(s[1]), s[2].get<std::uint64_t>(),
                              s[3].get<std::uint64_t>()});
    }
    j["widths"].get_to(one.widths);
    j["layer_widths"].get_to(one.layer_widths);
    const json& m = j["metadata"];
    one.metadata = number(m[0]);
    one.metadata_saved = number(m[1]);
    one.order_bits = number(m[2]);
    one.shared_scales = number(m[3]);
    return one;
}

}  // namespace

std::string to_text(const finished_run& finished) {
    const json whole{{"figures", json_of(finished.figures)},
                     {"findings", finished.findings},
                     {"file", finished.file_checksum}};
    return whole.dump(2, ' ', false, json::error_handler_t::replace);
}

finished_run finished_from(const std::string& text) {
    const json whole = json::parse(text);
    finished_run finished{run_from(whole["figures"]), {}, {}};
    whole["findings"].get_to(finished.findings);
    whole["file"].get_to(finished.file_checksum);
    return finished;
}

}  // namespace compress_model

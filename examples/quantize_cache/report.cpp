// SPDX-License-Identifier: MIT
// Report values to JSON.
#include "report.hpp"

#include <nlohmann/json.hpp>

namespace quantize_cache {
namespace {

using json = nlohmann::ordered_json;

json json_of(const text_baseline& text) {
    return {
        {"name", text.name}, {"positions", text.positions}, {"nats", text.nats}, {"ppl", text.ppl}};
}

json json_of(const text_loss& loss) {
    return {{"text", loss.text}, {"ppl", loss.ppl},         {"ppl_ratio", loss.ppl_ratio},
            {"kld", loss.kld},   {"kld_low", loss.kld_low}, {"kld_high", loss.kld_high},
            {"top1", loss.top1}};
}

json json_of(const std::optional<double>& value) {
    return value ? json(*value) : json(nullptr);
}

json json_of(const head_choice& head) {
    return {{"head", head.head},       {"width", head.width},   {"chosen", head.chosen},
            {"uniform", head.uniform}, {"normal", head.normal}, {"adaptive", head.adaptive}};
}

json json_of(const operator_loss& one) {
    return {{"operator", one.name},         {"kld", one.kld},
            {"kld_absmax", one.kld_absmax}, {"clipped_energy", one.clipped_energy},
            {"worst", one.worst},           {"worst_energy", one.worst_energy}};
}

json json_of(const comparison& pair) {
    return {{"text", pair.text},     {"series", pair.series}, {"scheme", pair.scheme},
            {"beside", pair.beside}, {"change", pair.change}, {"low", pair.low},
            {"high", pair.high},     {"says", pair.says}};
}

json json_of(const run& one);

template <class T> json list_of(const std::vector<T>& values) {
    json list = json::array();
    for (const T& value : values) {
        list.push_back(json_of(value));
    }
    return list;
}

json json_of(const run& one) {
    return {{"series", one.series},
            {"scheme", one.scheme},
            {"target_bits", json_of(one.target_bits)},
            {"effective_bits",
             {{"keys", one.effective_bits.keys},
              {"values", one.effective_bits.values},
              {"both", one.effective_bits.both}}},
            {"stored_bits", one.stored_bits},
            {"bytes", one.bytes},
            {"seconds", one.seconds},
            {"predicted_kld", json_of(one.predicted_kld)},
            {"losses", list_of(one.losses)},
            {"weight_bits", json_of(one.weight_bits)},
            {"beside_weights", list_of(one.beside_weights)},
            {"operators", list_of(one.operators)}};
}

json json_of(const memory_split& split) {
    json widths = json::object();
    for (const auto& [name, width] : split.widths) {
        widths[name] = width;
    }
    return {{"memory", split.memory},
            {"context", split.context},
            {"fixed_bytes", split.fixed_bytes},
            {"weight_bytes", split.weight_bytes},
            {"cache_bytes", split.cache_bytes},
            {"bits_per_weight", split.bits_per_weight},
            {"bits_per_cached", split.bits_per_cached},
            {"predicted_kld", split.predicted_kld},
            {"kld", split.kld},
            {"widths", widths}};
}

}  // namespace

std::string to_json(const report& measured) {
    json whole = {{"model", measured.model},
                  {"texts", list_of(measured.texts)},
                  {"runs", list_of(measured.runs)},
                  {"comparisons", list_of(measured.comparisons)},
                  {"heads", list_of(measured.heads)}};
    if (measured.budget) { whole["budget"] = json_of(*measured.budget); }
    // File names may hold any bytes: those that are not UTF-8 are replaced rather than thrown at.
    return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace quantize_cache

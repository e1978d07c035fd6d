// SPDX-License-Identifier: MIT
// Report values to JSON.
#include "report.hpp"

#include <nlohmann/json.hpp>

namespace quantize_model {
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

json json_of(const tensor_outcome& tensor) {
    return {{"name", tensor.name},           {"shape", tensor.shape},
            {"requested", tensor.requested}, {"applied", tensor.applied},
            {"bits", tensor.bits},           {"relative_error", tensor.relative_error}};
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
    return {{"scheme", one.scheme},
            {"bits_per_weight_file", one.bits_per_weight_file},
            {"bits_per_weight_decoder", one.bits_per_weight_decoder},
            {"file_bytes", one.file_bytes},
            {"seconds", one.seconds},
            {"peak_bytes", one.peak_bytes},
            {"losses", list_of(one.losses)},
            {"tensors", list_of(one.tensors)}};
}

}  // namespace

std::string to_json(const report& measured) {
    const json whole = {{"model", measured.model},
                        {"texts", list_of(measured.texts)},
                        {"runs", list_of(measured.runs)}};
    // File names may hold any bytes: those that are not UTF-8 are replaced rather than thrown at.
    return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace quantize_model

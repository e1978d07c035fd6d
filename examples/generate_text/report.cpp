// SPDX-License-Identifier: MIT
// Report values to JSON.
#include "report.hpp"

#include <nlohmann/json.hpp>

namespace generate_text {
namespace {

using json = nlohmann::ordered_json;

json json_of(const batch_rate& rate) {
    return {{"sequences", rate.sequences},
            {"tokens_per_second", rate.tokens_per_second},
            {"weight_bytes_per_token", rate.weight_bytes_per_token},
            {"bandwidth_fraction", rate.bandwidth_fraction}};
}

json json_of(const row& one) {
    json decode = json::array();
    for (const batch_rate& rate : one.decode) {
        decode.push_back(json_of(rate));
    }
    return {{"weights", one.weights},
            {"bits_per_weight", one.bits_per_weight},
            {"weight_bytes", one.weight_bytes},
            {"read_bandwidth", one.read_bandwidth},
            {"first_token_seconds", one.first_token_seconds},
            {"prefill_tokens_per_second", one.prefill_tokens_per_second},
            {"cache_bytes_per_token", one.cache_bytes_per_token},
            {"peak_bytes", one.peak_bytes},
            {"decode", decode},
            {"text", one.text}};
}

}  // namespace

std::string to_json(const report& measured) {
    json rows = json::array();
    for (const row& one : measured.rows) {
        rows.push_back(json_of(one));
    }
    const json whole = {{"model", measured.model},     {"activations", measured.activations},
                        {"threads", measured.threads}, {"seed", measured.seed},
                        {"prompt", measured.prompt},   {"prompt_tokens", measured.prompt_tokens},
                        {"tokens", measured.tokens},   {"rows", rows}};
    // A prompt may hold any bytes: those that are not UTF-8 are replaced rather than thrown at.
    return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace generate_text

// SPDX-License-Identifier: MIT
// JSON, in which doubles survive to the bit.
#include "record.hpp"
#include "survey_record.hpp"

#include <nlohmann/json.hpp>

#include <iterator>

namespace compress_model {

using namespace gradus;
using json = nlohmann::ordered_json;

namespace {

json json_of(const matrix_losses& m) {
    json one{{"name", m.name},     {"rows", m.rows},     {"cols", m.cols},
             {"widths", m.widths}, {"losses", m.losses}, {"weight", m.weight}};
    one["survivors"] = m.survivors;
    if (m.pattern) { one["pattern"] = {m.pattern->n, m.pattern->m}; }
    one["groups"] = m.groups;
    one["clusters"] = m.clusters;
    return one;
}

matrix_losses losses_of(const json& one) {
    matrix_losses m;
    one["name"].get_to(m.name);
    one["rows"].get_to(m.rows);
    one["cols"].get_to(m.cols);
    one["widths"].get_to(m.widths);
    one["losses"].get_to(m.losses);
    one["weight"].get_to(m.weight);
    one["survivors"].get_to(m.survivors);
    if (one.contains("pattern")) {
        m.pattern = {one["pattern"][0].get<index_t>(), one["pattern"][1].get<index_t>()};
    }
    one["groups"].get_to(m.groups);
    one["clusters"].get_to(m.clusters);
    return m;
}

json json_of(const noise_level& n) {
    return {n.width, n.error, n.kld, n.kld_low, n.kld_high};
}

noise_level level_of(const json& n) {
    return {n[0].get<int>(), n[1].get<double>(), n[2].get<double>(), n[3].get<double>(),
            n[4].get<double>()};
}

json json_of(std::span<const finding> findings) {
    json all = json::array();
    for (const finding& f : findings) {
        all.push_back({std::string{f.id}, f.message});
    }
    return all;
}

std::vector<finding> findings_of(const json& all) {
    std::vector<finding> findings;
    for (const json& one : all) {
        findings.push_back({interned(one[0].get<std::string>()), one[1].get<std::string>()});
    }
    return findings;
}

template <class T> void move_to(std::vector<T>& all, std::vector<T>& more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

}  // namespace

std::string to_text(const survey& part) {
    json whole{{"scores", part.scores},
               {"findings", json_of(std::span<const finding>{part.findings})},
               {"other_bits", part.other_bits},
               {"seconds", part.seconds}};
    whole["matrices"] = json::array();
    for (const matrix_losses& m : part.matrices) {
        whole["matrices"].push_back(json_of(m));
    }
    whole["inputs"] = json::object();
    for (const auto& [name, input] : part.inputs) {
        whole["inputs"][name] = {
            {"order", input.order}, {"permuted", input.permuted}, {"clusters", input.clusters}};
    }
    whole["worths"] = json::array();
    for (const loss_worth& w : part.worths) {
        whole["worths"].push_back({w.name, json_of(w.fine), json_of(w.coarse)});
    }
    return whole.dump(-1, ' ', false, json::error_handler_t::replace);
}

survey survey_from(const std::string& text) {
    const json whole = json::parse(text);
    survey part;
    whole["scores"].get_to(part.scores);
    part.findings = findings_of(whole["findings"]);
    whole["other_bits"].get_to(part.other_bits);
    whole["seconds"].get_to(part.seconds);
    for (const json& one : whole["matrices"]) {
        part.matrices.push_back(losses_of(one));
    }
    for (const auto& [name, input] : whole["inputs"].items()) {
        part.inputs[name] = {input["order"].get<std::vector<index_t>>(),
                             input["permuted"].get<bool>(),
                             input["clusters"].get<std::vector<index_t>>()};
    }
    for (const json& w : whole["worths"]) {
        part.worths.push_back({w[0].get<std::string>(), level_of(w[1]), level_of(w[2])});
    }
    return part;
}

std::string findings_text(std::span<const finding> findings) {
    return json_of(findings).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<finding> findings_from(const std::string& text) {
    return findings_of(json::parse(text));
}

void append(survey& all, survey part) {
    move_to(all.matrices, part.matrices);
    move_to(all.scores, part.scores);
    move_to(all.worths, part.worths);
    move_to(all.findings, part.findings);
    all.inputs.merge(part.inputs);
    all.other_bits += part.other_bits;
    all.seconds += part.seconds;
}

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// A packed file with the values beside it, and a text that says it is complete.
#include "solve_record.hpp"
#include "survey_record.hpp"

#include <gradus/io/packed_writer.hpp>

#include <nlohmann/json.hpp>

namespace compress_model {

using namespace gradus;
using json = nlohmann::ordered_json;

namespace {

constexpr const char* values_suffix = ".values";

std::string entry_of(const std::string& run, index_t step) {
    return "solved." + run + ".block" + std::to_string(step);
}

json json_of(const matrix_plan& plan) {
    json runs = json::array();
    for (index_t r = 0; r < plan.runs.size(); ++r) {
        runs.push_back({plan.runs[r].cols, plan.runs[r].layout, plan.widths[r], plan.groups[r]});
    }
    return runs;
}

matrix_plan plan_from(const json& runs, const described_matrix& matrix) {
    matrix_plan plan{matrix.name, matrix.rows, matrix.cols, {}, {}, {}};
    for (const json& run : runs) {
        plan.runs.push_back({run[0].get<index_t>(), run[1].get<std::string>()});
        plan.widths.push_back(run[2].get<int>());
        plan.groups.push_back(run[3].get<index_t>());
    }
    return plan;
}

std::string sum_of(const bit_plan& plan) {
    std::string text;
    for (const matrix_plan& m : plan.matrices) {
        text += m.name;
        for (const run_recipe& run : m.runs) {
            text += ' ' + std::to_string(run.cols) + ':' + run.layout;
        }
    }
    return checksum::of(std::as_bytes(std::span{text}));
}

mixed_matrix packed_in(const packed_file& file, const described_matrix& matrix) {
    mixed_matrix whole{.rows = matrix.rows, .cols = matrix.cols, .runs = {}};
    for (const described_part& part : matrix.parts) {
        const auto bytes = file.bytes(part);
        packed_part one{.layout = part.layout,
                        .rows = matrix.rows,
                        .cols = part.last_col - part.first_col,
                        .bytes = aligned_buffer{bytes.size()},
                        .codebook = file.codebook(part)};
        std::copy(bytes.begin(), bytes.end(), one.bytes.bytes().begin());
        whole.runs.push_back({part.first_col, std::move(one)});
    }
    return whole;
}

}  // namespace

std::string values_file(const std::string& run, index_t step) {
    return entry_of(run, step) + values_suffix;
}

result<std::vector<float>> values_in(const packed_file& file, const std::string& matrix) {
    const auto tensor = file.file().find(matrix + values_suffix);
    if (!tensor) { return tensor.error(); }
    std::vector<float> values(tensor->elements());
    if (status read = read_finite_floats(*tensor, values); !read) { return read.error(); }
    return values;
}

solved_blocks::solved_blocks(const record& kept, const std::string& name, const bit_plan& plan)
    : kept_{kept}, name_{name}, plan_{sum_of(plan)} {}

result<bool> solved_blocks::restore(index_t step, solved_model& out) const {
    if (!kept_.has(entry_of(name_, step))) { return false; }
    const auto text = kept_.read(entry_of(name_, step));
    if (!text) { return text.error(); }
    const json known = json::parse(*text);
    if (known["plan"] != plan_) { return false; }
    const auto file = packed_file::open(kept_.path(values_file(name_, step)));
    if (!file) { return file.error(); }
    for (const described_matrix& matrix : file->description().matrices) {
        auto values = values_in(*file, matrix.name);
        if (!values) { return values.error(); }
        const json& figures = known["matrices"][matrix.name];
        out.matrices.insert_or_assign(
            matrix.name,
            solved_matrix{packed_in(*file, matrix), plan_from(figures[2], matrix),
                          std::move(*values), figures[0].get<double>(), figures[1].get<double>()});
    }
    for (finding& f : findings_from(known["findings"].get<std::string>())) {
        out.findings.push_back(std::move(f));
    }
    return true;
}

status solved_blocks::keep(index_t step, const solved_model& out, index_t first) const {
    if (!kept_.keeps()) { return done{}; }
    const std::span<const finding> findings{out.findings};
    json known{{"plan", plan_}, {"findings", findings_text(findings.subspan(first))}};
    known["matrices"] = json::object();
    packed_writer writer;
    for (const auto& [name, one] : out.matrices) {
        if (!name.starts_with(layer_name(step, ""))) { continue; }
        known["matrices"][name] = {one.relative_error, one.zeros, json_of(one.plan)};
        writer.add_matrix(name, one.packed);
        const auto bytes = std::as_bytes(std::span{one.values});
        writer.add_floats(name + values_suffix, element_type::f32,
                          {one.packed.rows, one.packed.cols}, {bytes.begin(), bytes.end()});
    }
    const auto size = writer.write(kept_.path(values_file(name_, step)));
    if (!size) { return error{errc::io, size.error().message}; }
    return kept_.write(entry_of(name_, step), known.dump());
}

}  // namespace compress_model

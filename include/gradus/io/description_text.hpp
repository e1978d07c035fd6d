// SPDX-License-Identifier: MIT
// The description of a packed model as JSON text.
#pragma once

#include <gradus/io/packed_description.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

[[nodiscard]] inline nlohmann::ordered_json json_of(const described_part& part) {
    using json = nlohmann::ordered_json;
    json object;
    object["kind"] = "plain";
    object["layout"] = part.layout;
    object["tile"] = {part.tile_rows, part.tile_cols};
    object["columns"] = {part.first_col, part.last_col};
    object["tensor"] = part.tensor;
    object["bytes"] = part.bytes;
    object["row_offsets"] = nullptr;
    object["codebook"] = part.codebook ? json(*part.codebook) : json(nullptr);
    object["checksum"] = part.checksum;
    return object;
}

[[nodiscard]] inline nlohmann::ordered_json json_of(const described_outliers& part) {
    return {{"kind", "outliers"},
            {"count", part.count},
            {"row_offsets", part.row_offsets},
            {"column_indexes", part.column_indexes},
            {"values", part.values},
            {"checksum", part.checksum}};
}

[[nodiscard]] inline nlohmann::ordered_json json_of(const described_input& input) {
    return {{"width", input.width},
            {"permutation", input.permutation},
            {"checksum", input.checksum},
            {"scale", nullptr},
            {"rotation", nullptr}};
}

[[nodiscard]] inline nlohmann::ordered_json json_of(const described_matrix& matrix) {
    using json = nlohmann::ordered_json;
    json object;
    object["name"] = matrix.name;
    object["shape"] = {matrix.rows, matrix.cols};
    object["input"] = matrix.input ? json(*matrix.input) : json(nullptr);
    object["expert"] = nullptr;
    object["alias"] = nullptr;
    object["parts"] = json::array();
    for (const described_part& part : matrix.parts) {
        object["parts"].push_back(json_of(part));
    }
    if (matrix.outliers) { object["parts"].push_back(json_of(*matrix.outliers)); }
    return object;
}

[[nodiscard]] inline std::string text_of(const packed_description& description) {
    using json = nlohmann::ordered_json;
    json root;
    root["must_understand"] = json::array();
    root["source"] = description.source;
    root["inputs"] = json::array();
    for (const described_input& input : description.inputs) {
        root["inputs"].push_back(json_of(input));
    }
    root["codebooks"] = json::array();
    for (const packed_codebook& book : description.codebooks) {
        root["codebooks"].push_back(json{{"tensor", book.tensor}, {"levels", book.levels}});
    }
    root["matrices"] = json::array();
    for (const described_matrix& matrix : description.matrices) {
        root["matrices"].push_back(json_of(matrix));
    }
    // Names that are not UTF-8 are refused with their tensors; here they must not throw.
    return root.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// The description of a packed model: to JSON text and back, trusting nothing.
#pragma once

#include <gradus/io/packed_description.hpp>
#include <gradus/io/strict_json.hpp>

#include <nlohmann/json.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
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

[[nodiscard]] inline std::string text_of(const packed_description& description) {
    using json = nlohmann::ordered_json;
    json root;
    root["must_understand"] = json::array();
    root["source"] = description.source;
    root["inputs"] = json::array();
    root["codebooks"] = json::array();
    for (const packed_codebook& book : description.codebooks) {
        root["codebooks"].push_back(json{{"tensor", book.tensor}, {"levels", book.levels}});
    }
    root["matrices"] = json::array();
    for (const described_matrix& matrix : description.matrices) {
        json object;
        object["name"] = matrix.name;
        object["shape"] = {matrix.rows, matrix.cols};
        for (const char* later : {"input", "expert", "alias"}) {
            object[later] = nullptr;
        }
        object["parts"] = json::array();
        for (const described_part& part : matrix.parts) {
            object["parts"].push_back(json_of(part));
        }
        root["matrices"].push_back(std::move(object));
    }
    // Names that are not UTF-8 are refused with their tensors; here they must not throw.
    return root.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Reads the text; the first broken rule stays in `failure`.
class packed_description_parser {
  public:
    using json = nlohmann::json;

    explicit packed_description_parser(std::string_view file) : file_{file} {}

    [[nodiscard]] result<packed_description> parse(std::string_view text) {
        result<json> root = parse_json_object(text, file_);
        if (!root) { return root.error(); }
        packed_description description;
        where_ = "description";
        only(root.value(), {"must_understand", "source", "inputs", "codebooks", "matrices"});
        for (const json& feature : list(root.value(), "must_understand")) {
            refuse(
                "needs feature " +
                (feature.is_string() ? quote_name(*feature.get_ptr<const std::string*>()) : "?") +
                ", which this reader does not know. Written by a later version?");
        }
        description.source = string(root.value(), "source");
        if (!list(root.value(), "inputs").empty()) {
            refuse(
                "describes inputs (permutation, scale, rotation), which this version cannot apply");
        }
        for (const json& book : list(root.value(), "codebooks")) {
            description.codebooks.push_back(codebook(book));
        }
        for (const json& object : list(root.value(), "matrices")) {
            description.matrices.push_back(matrix(object, description.codebooks.size()));
        }
        if (failure_) { return *failure_; }
        return description;
    }

  private:
    static constexpr index_t largest = index_t{1} << 40;

    void refuse(const std::string& why) {
        if (!failure_) { failure_ = file_error(errc::malformed, file_, where_, ": ", why); }
    }

    void only(const json& object, std::initializer_list<std::string_view> known) {
        if (!object.is_object()) { return refuse("an entry is not a JSON object"); }
        index_t present = 0;
        for (const std::string_view key : known) {
            present += object.contains(std::string{key}) ? 1u : 0u;
        }
        if (present != known.size()) { return refuse("lacks one of its keys"); }
        if (object.size() != present) { refuse("has a key that this version does not know"); }
    }

    /// The entry under `key`, or null JSON where there is none.
    [[nodiscard]] static const json& at(const json& object, const char* key) {
        static const json none;
        const auto it = object.is_object() ? object.find(key) : object.end();
        return object.is_object() && it != object.end() ? *it : none;
    }

    [[nodiscard]] const json& list(const json& object, const char* key) {
        static const json empty = json::array();
        const json& value = at(object, key);
        if (value.is_array()) { return value; }
        refuse("'" + std::string{key} + "' is not a list");
        return empty;
    }

    [[nodiscard]] std::string string(const json& object, const char* key) {
        const auto* text = at(object, key).get_ptr<const std::string*>();
        if (text == nullptr || text->empty()) {
            refuse("'" + std::string{key} + "' is not a text");
            return {};
        }
        return *text;
    }

    [[nodiscard]] index_t number(const json& value, std::string_view what) {
        const auto* n = value.get_ptr<const json::number_unsigned_t*>();
        if (n == nullptr || *n > largest) {
            refuse(std::string{what} + " is not a whole number up to 2^40");
            return 0;
        }
        return *n;
    }

    [[nodiscard]] std::pair<index_t, index_t> two(const json& object, const char* key) {
        const json& pair = list(object, key);
        if (pair.size() != 2) {
            refuse("'" + std::string{key} + "' does not have two numbers");
            return {0, 0};
        }
        return {number(pair[0], key), number(pair[1], key)};
    }

    void absent(const json& object, const char* key) {
        if (!at(object, key).is_null()) {
            refuse("uses '" + std::string{key} + "', which this version cannot apply");
        }
    }

    [[nodiscard]] packed_codebook codebook(const json& object) {
        where_ = "codebook";
        only(object, {"tensor", "levels"});
        packed_codebook book{string(object, "tensor"), number(at(object, "levels"), "levels")};
        if (book.levels < 2 || book.levels > 256) {
            refuse("has " + std::to_string(book.levels) + " levels (expected 2 to 256)");
        }
        return book;
    }

    [[nodiscard]] described_matrix matrix(const json& object, index_t codebooks) {
        where_ = "matrix";
        only(object, {"name", "shape", "input", "expert", "alias", "parts"});
        described_matrix matrix{.name = string(object, "name"), .parts = {}};
        where_ = "matrix " + quote_name(matrix.name);
        std::tie(matrix.rows, matrix.cols) = two(object, "shape");
        for (const char* later : {"input", "expert", "alias"}) {
            absent(object, later);
        }
        for (const json& entry : list(object, "parts")) {
            matrix.parts.push_back(part(entry, matrix, codebooks));
        }
        if (matrix.parts.size() != 1) {
            refuse("has " + std::to_string(matrix.parts.size()) +
                   " parts (this version reads one)");
        }
        if (matrix.rows == 0 || matrix.cols == 0 || matrix.rows > largest / matrix.cols) {
            refuse("has an impossible shape");
        }
        return matrix;
    }

    [[nodiscard]] described_part
    part(const json& object, const described_matrix& matrix, index_t codebooks) {
        only(object, {"kind", "layout", "tile", "columns", "tensor", "bytes", "row_offsets",
                      "codebook", "checksum"});
        if (const std::string kind = string(object, "kind"); kind != "plain") {
            refuse("part of kind " + quote_name(kind) + " (this version reads 'plain')");
        }
        absent(object, "row_offsets");
        described_part part{.layout = string(object, "layout"),
                            .tensor = string(object, "tensor"),
                            .checksum = string(object, "checksum")};
        std::tie(part.tile_rows, part.tile_cols) = two(object, "tile");
        std::tie(part.first_col, part.last_col) = two(object, "columns");
        part.bytes = number(at(object, "bytes"), "bytes");
        if (const json& book = at(object, "codebook"); !book.is_null()) {
            part.codebook = number(book, "codebook");
            if (*part.codebook >= codebooks) { refuse("names a codebook that is not listed"); }
        }
        if (part.tile_rows != 32 || part.tile_cols != 4) {
            refuse("has tiles other than 32 x 4, the only ones of this version");
        }
        if (part.first_col != 0 || part.last_col != matrix.cols) {
            refuse("covers a run of columns (this version reads whole rows)");
        }
        return part;
    }

    std::string file_;
    std::string where_;
    std::optional<error> failure_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

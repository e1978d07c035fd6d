// SPDX-License-Identifier: MIT
// The description of a packed model from JSON text, trusting nothing.
#pragma once

#include <gradus/io/description_fields.hpp>
#include <gradus/io/description_text.hpp>
#include <gradus/io/packed_description.hpp>
#include <gradus/io/strict_json.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <tuple>

namespace gradus {
inline namespace GRADUS_ISA {

/// Reads the text; the first broken rule is the error.
class packed_description_parser {
  public:
    using json = nlohmann::json;

    explicit packed_description_parser(std::string_view file) : file_{file}, fields_{file} {}

    [[nodiscard]] result<packed_description> parse(std::string_view text) {
        result<json> root = parse_json_object(text, file_);
        if (!root) { return root.error(); }
        packed_description description;
        fields_.at_place("description");
        fields_.only(root.value(),
                     {"must_understand", "source", "inputs", "codebooks", "matrices"});
        for (const json& feature : fields_.list(root.value(), "must_understand")) {
            fields_.refuse(
                "needs feature " +
                (feature.is_string() ? quote_name(*feature.get_ptr<const std::string*>()) : "?") +
                ", which this reader does not know. Written by a later version?");
        }
        description.source = fields_.string(root.value(), "source");
        for (const json& object : fields_.list(root.value(), "inputs")) {
            description.inputs.push_back(input(object));
        }
        for (const json& book : fields_.list(root.value(), "codebooks")) {
            description.codebooks.push_back(codebook(book));
        }
        for (const json& object : fields_.list(root.value(), "matrices")) {
            description.matrices.push_back(matrix(object, description));
        }
        if (fields_.failure()) { return *fields_.failure(); }
        return description;
    }

  private:
    [[nodiscard]] described_input input(const json& object) {
        fields_.at_place("input");
        fields_.only(object, {"width", "permutation", "checksum", "scale", "rotation"});
        fields_.absent(object, "scale");
        fields_.absent(object, "rotation");
        return {fields_.number(fields_.at(object, "width"), "width"),
                fields_.string(object, "permutation"), fields_.string(object, "checksum")};
    }

    [[nodiscard]] packed_codebook codebook(const json& object) {
        fields_.at_place("codebook");
        fields_.only(object, {"tensor", "levels"});
        packed_codebook book{fields_.string(object, "tensor"),
                             fields_.number(fields_.at(object, "levels"), "levels")};
        if (book.levels < 2 || book.levels > 256) {
            fields_.refuse("has " + std::to_string(book.levels) + " levels (expected 2 to 256)");
        }
        return book;
    }

    [[nodiscard]] described_matrix matrix(const json& object, const packed_description& known) {
        fields_.at_place("matrix");
        fields_.only(object, {"name", "shape", "input", "expert", "alias", "parts"});
        described_matrix matrix{.name = fields_.string(object, "name"), .parts = {}};
        fields_.at_place("matrix " + quote_name(matrix.name));
        std::tie(matrix.rows, matrix.cols) = fields_.two(object, "shape");
        if (matrix.rows == 0 || matrix.cols == 0 ||
            matrix.rows > description_fields::largest / matrix.cols) {
            fields_.refuse("has an impossible shape");
        }
        fields_.absent(object, "expert");
        fields_.absent(object, "alias");
        matrix.input = fields_.position(object, "input", known.inputs.size());
        if (matrix.input && known.inputs[*matrix.input].width != matrix.cols) {
            fields_.refuse("reads an input of width " +
                           std::to_string(known.inputs[*matrix.input].width));
        }
        for (const json& entry : fields_.list(object, "parts")) {
            part(entry, known.codebooks.size(), matrix);
        }
        if (matrix.parts.empty() && !matrix.outliers) { fields_.refuse("has no parts"); }
        return matrix;
    }

    /// One part, of a kind that only the entry tells.
    void part(const json& object, index_t codebooks, described_matrix& matrix) {
        const std::string kind = fields_.string(object, "kind");
        if (matrix.outliers) { fields_.refuse("has a part behind its outliers"); }
        if (kind == "plain") {
            matrix.parts.push_back(plain(object, codebooks, matrix));
        } else if (kind == "outliers") {
            matrix.outliers = outliers(object);
        } else {
            fields_.refuse("part of kind " + quote_name(kind) +
                           " (this version reads 'plain' and 'outliers')");
        }
    }

    [[nodiscard]] described_part
    plain(const json& object, index_t codebooks, const described_matrix& matrix) {
        fields_.only(object, {"kind", "layout", "tile", "columns", "tensor", "bytes", "row_offsets",
                              "codebook", "checksum"});
        fields_.absent(object, "row_offsets");
        described_part part{.layout = fields_.string(object, "layout"),
                            .tensor = fields_.string(object, "tensor"),
                            .checksum = fields_.string(object, "checksum")};
        std::tie(part.tile_rows, part.tile_cols) = fields_.two(object, "tile");
        std::tie(part.first_col, part.last_col) = fields_.two(object, "columns");
        part.bytes = fields_.number(fields_.at(object, "bytes"), "bytes");
        part.codebook = fields_.position(object, "codebook", codebooks);
        if (part.tile_rows != 32 || part.tile_cols != 4) {
            fields_.refuse("has tiles other than 32 x 4, the only ones of this version");
        }
        const index_t end = matrix.parts.empty() ? 0 : matrix.parts.back().last_col;
        if (part.first_col < end || part.first_col >= part.last_col ||
            part.last_col > matrix.cols) {
            fields_.refuse("has a run of columns [" + std::to_string(part.first_col) + ", " +
                           std::to_string(part.last_col) + ") that is empty, outside [" +
                           std::to_string(end) + ", " + std::to_string(matrix.cols) +
                           "), or out of order");
        }
        return part;
    }

    [[nodiscard]] described_outliers outliers(const json& object) {
        fields_.only(object,
                     {"kind", "count", "row_offsets", "column_indexes", "values", "checksum"});
        return {fields_.number(fields_.at(object, "count"), "count"),
                fields_.string(object, "row_offsets"), fields_.string(object, "column_indexes"),
                fields_.string(object, "values"), fields_.string(object, "checksum")};
    }

    std::string file_;
    description_fields fields_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

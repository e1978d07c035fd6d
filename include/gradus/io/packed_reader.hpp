// SPDX-License-Identifier: MIT
// Reading a packed model: mapped, checked whole before anything is used.
#pragma once

#include <gradus/io/checksum.hpp>
#include <gradus/io/describe_packed.hpp>
#include <gradus/io/safetensors_reader.hpp>
#include <gradus/io/tensor_floats.hpp>
#include <gradus/layout/column_order.hpp>
#include <gradus/layout/find_bad_entry.hpp>

#include <set>
#include <string>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A mapped file with its description. Copies share the mapping.
/// Errors: those of the safetensors reader; a description that breaks its rules; a part or input
/// whose tensor is missing, shared, of another type or length, or fails its checksum; outliers out
/// of order or not finite; a permutation that is none; a packed tensor that nothing describes; two
/// matrices, or a matrix and a float tensor, of one name.
class packed_file {
  public:
    [[nodiscard]] static result<packed_file> open(std::string path) {
        result<safetensors_file> file = safetensors_file::open(std::move(path));
        if (!file) { return file.error(); }
        const auto& metadata = file->metadata();
        const auto format = metadata.find(packed_description::format_key);
        const auto text = metadata.find(packed_description::text_key);
        if (format == metadata.end() || text == metadata.end()) {
            return file_error(errc::unsupported, file->path(), "is no packed model (no '",
                              packed_description::format_key, "' in its metadata)");
        }
        if (format->second != packed_description::format) {
            return file_error(errc::unsupported, file->path(), "has format version ",
                              quote_name(format->second), " (this reader knows '1')");
        }
        packed_description_parser parser{file->path()};
        result<packed_description> description = parser.parse(text->second);
        if (!description) { return description.error(); }
        packed_file opened{std::move(file).value(), std::move(description).value()};
        if (status sound = opened.check(); !sound) { return sound.error(); }
        return opened;
    }

    [[nodiscard]] const safetensors_file& file() const noexcept { return file_; }

    [[nodiscard]] const packed_description& description() const noexcept { return description_; }

    /// The bytes of a part, padding left off. Valid while a copy of this object lives.
    [[nodiscard]] std::span<const std::byte> bytes(const described_part& part) const {
        return file_.find(part.tensor).value().data.first(part.bytes);
    }

    /// The levels of a part's codebook; empty where it has none.
    [[nodiscard]] std::vector<float> codebook(const described_part& part) const {
        if (!part.codebook) { return {}; }
        const packed_codebook& book = description_.codebooks[*part.codebook];
        const tensor_view tensor = file_.find(book.tensor).value();
        std::vector<float> levels(book.levels);
        for (index_t i = 0; i < levels.size(); ++i) {
            std::uint16_t bits = 0;
            std::memcpy(&bits, tensor.data.data() + 2 * i, 2);
            levels[i] = f16{bits}.value();
        }
        return levels;
    }

    /// The outliers of a matrix that has some. Valid as above, and all rules hold.
    [[nodiscard]] sparse_f16_view outliers(const described_matrix& matrix) const {
        const described_outliers& part = matrix.outliers.value();
        const auto first = [&](const std::string& name, index_t bytes) {
            return file_.find(name).value().data.first(bytes);
        };
        return {first(part.row_offsets, 4 * (matrix.rows + 1)),
                first(part.column_indexes, part.count * column_number_bytes(matrix.cols)),
                first(part.values, 2 * part.count), matrix.rows, matrix.cols};
    }

    /// The permutation of an input. Valid as above, and a permutation.
    [[nodiscard]] column_order_view order(const described_input& input) const {
        const index_t bytes = input.width * column_number_bytes(input.width);
        return {file_.find(input.permutation).value().data.first(bytes), input.width};
    }

    /// Tensors that are stored as floats, in file order.
    [[nodiscard]] std::vector<tensor_view> floats() const {
        std::vector<tensor_view> found;
        for (index_t i = 0; i < file_.size(); ++i) {
            if (!described_.contains(file_.tensor(i).name)) { found.push_back(file_.tensor(i)); }
        }
        return found;
    }

  private:
    packed_file(safetensors_file file, packed_description description)
        : file_{std::move(file)}, description_{std::move(description)} {}

    [[nodiscard]] error refuse(const std::string& name, const std::string& why) const {
        return tensor_error(errc::malformed, file_.path(), name, why);
    }

    /// A tensor that the description claims: there, claimed once, of the right type and length.
    [[nodiscard]] result<tensor_view>
    claim(const std::string& name, element_type type, index_t bytes) {
        result<tensor_view> tensor = file_.find(name);
        if (!tensor) { return tensor.error(); }
        if (!described_.insert(name).second) { return refuse(name, "is described twice"); }
        if (tensor->dtype != type) {
            return refuse(name, "is not of type " + std::string{name_of(type)});
        }
        if (bytes > tensor->data.size() || tensor->data.size() != (bytes + 63) / 64 * 64) {
            return refuse(name, "has " + std::to_string(tensor->data.size()) + " bytes (expected " +
                                    std::to_string(bytes) + ", rounded up to 64)");
        }
        return tensor;
    }

    [[nodiscard]] static element_type column_type(index_t cols) {
        return column_number_bytes(cols) == 2 ? element_type::u16 : element_type::u32;
    }

    [[nodiscard]] status check_input(const described_input& input) {
        const auto tensor = claim(input.permutation, column_type(input.width),
                                  input.width * column_number_bytes(input.width));
        if (!tensor) { return tensor.error(); }
        const column_order_view found = order(input);
        if (checksum::of(found.sources) != input.checksum) {
            return refuse(input.permutation, "does not match its checksum. Damaged?");
        }
        if (const auto why = find_bad_source(found)) { return refuse(input.permutation, *why); }
        return done{};
    }

    [[nodiscard]] status check_outliers(const described_matrix& matrix) {
        const described_outliers& part = *matrix.outliers;
        const auto offsets = claim(part.row_offsets, element_type::u32, 4 * (matrix.rows + 1));
        if (!offsets) { return offsets.error(); }
        const auto columns = claim(part.column_indexes, column_type(matrix.cols),
                                   part.count * column_number_bytes(matrix.cols));
        if (!columns) { return columns.error(); }
        const auto values = claim(part.values, element_type::f16, 2 * part.count);
        if (!values) { return values.error(); }
        const sparse_f16_view found = outliers(matrix);
        checksum sum;
        for (const auto bytes : {found.offsets, found.columns, found.values}) {
            sum.add(bytes);
        }
        if (sum.text() != part.checksum) {
            return refuse(part.values, "or the lists before it do not match their checksum. "
                                       "Damaged?");
        }
        if (const auto why = find_bad_entry(found)) { return refuse(part.row_offsets, *why); }
        return done{};
    }

    [[nodiscard]] status check_matrix(const described_matrix& matrix) {
        for (const described_part& part : matrix.parts) {
            const auto tensor = claim(part.tensor, element_type::u8, part.bytes);
            if (!tensor) { return tensor.error(); }
            if (checksum::of(tensor->data.first(part.bytes)) != part.checksum) {
                return refuse(part.tensor, "does not match its checksum. Damaged?");
            }
        }
        return matrix.outliers ? check_outliers(matrix) : status{done{}};
    }

    [[nodiscard]] status check() {
        for (const described_input& input : description_.inputs) {
            if (status sound = check_input(input); !sound) { return sound.error(); }
        }
        for (const packed_codebook& book : description_.codebooks) {
            const auto tensor = claim(book.tensor, element_type::f16, 2 * book.levels);
            if (!tensor) { return tensor.error(); }
        }
        std::set<std::string> names;
        for (const described_matrix& matrix : description_.matrices) {
            if (!names.insert(matrix.name).second || file_.contains(matrix.name)) {
                return refuse(matrix.name, "stands in the file twice");
            }
            if (status sound = check_matrix(matrix); !sound) { return sound.error(); }
        }
        for (const tensor_view& tensor : floats()) {
            const bool known = tensor.dtype == element_type::f32 ||
                               tensor.dtype == element_type::f16 ||
                               tensor.dtype == element_type::bf16;
            if (!known) {
                return refuse(std::string{tensor.name}, "is neither described nor a float tensor");
            }
        }
        return done{};
    }

    safetensors_file file_;
    packed_description description_;
    std::set<std::string, std::less<>> described_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

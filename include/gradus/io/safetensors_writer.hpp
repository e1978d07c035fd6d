// SPDX-License-Identifier: MIT
// Writes safetensors files: the same tensors in the same order give the same bytes.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/atomic_file.hpp>
#include <gradus/io/element_type.hpp>
#include <gradus/io/file_error.hpp>
#include <gradus/io/safetensors_header.hpp>
#include <gradus/io/safetensors_json.hpp>
#include <gradus/io/tensor_info.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Collects tensors, then writes them in the order in which they were added.
///
///     length (8 bytes) | JSON, metadata first, padded with spaces | tensor 0 | tensor 1 | ...
///
/// Rules:  the data section starts at a multiple of 64 bytes. With `whole_lines`, every tensor
///         must be a multiple of 64 bytes long, so that every tensor starts at one, too (the
///         format allows no gaps; the caller pads its tensors).
/// Memory: the data is not copied; the spans must live until `write` returns.
/// Source: safetensors format specification.
class safetensors_writer {
  public:
    static constexpr index_t line = 64;  ///< bytes: a cache line, and one AVX-512 vector

    enum class alignment : std::uint8_t {
        none,
        whole_lines,
    };

    explicit safetensors_writer(alignment tensors = alignment::none) : alignment_{tensors} {}

    /// Adds a string to `__metadata__`, which is written sorted by key.
    [[nodiscard]] status add_metadata(const std::string& key, const std::string& value) {
        const auto encoded_key = encode(key);
        const auto encoded_value = encode(value);
        if (!encoded_key || !encoded_value) {
            return error{errc::invalid_argument,
                         "metadata " + quote_name(key) + ": not valid UTF-8"};
        }
        if (!metadata_.emplace(key, *encoded_key + ':' + *encoded_value).second) {
            return error{errc::invalid_argument, "metadata " + quote_name(key) + ": given twice"};
        }
        return done{};
    }

    /// Errors: a name used before, reserved or not UTF-8; data that does not fit the shape.
    [[nodiscard]] status add_tensor(const std::string& name,
                                    element_type type,
                                    std::vector<index_t> shape,
                                    std::span<const std::byte> data) {
        const auto refuse = [&](const std::string& why) {
            return error{errc::invalid_argument, "tensor " + quote_name(name) + ": " + why};
        };
        const auto bytes = tensor_bytes(type, shape);
        if (!bytes || *bytes != data.size()) {
            return refuse("data has " + std::to_string(data.size()) +
                          " bytes, which is not shape " + shape_text(shape) + " of " +
                          std::string{name_of(type)});
        }
        if (shape.size() > safetensors_json::most_extents) {
            return refuse("shape has more than 8 extents");
        }
        if (alignment_ == alignment::whole_lines && data.size() % line != 0) {
            return refuse("data has " + std::to_string(data.size()) +
                          " bytes (expected a multiple of 64). Pad it?");
        }
        if (name == "__metadata__") { return refuse("the format reserves this name"); }
        auto encoded = encode(name);
        if (!encoded) { return refuse("name is not valid UTF-8"); }
        if (!names_.insert(name).second) { return refuse("added twice"); }
        tensors_.push_back({std::move(*encoded), type, std::move(shape), size_, data});
        size_ += data.size();
        return done{};
    }

    /// Writes the file atomically and returns its size in bytes.
    [[nodiscard]] result<index_t> write(const std::string& path) const {
        const std::string front = header();
        if (front.size() - safetensors_length_bytes > safetensors_longest_header) {
            return file_error(errc::invalid_argument, path,
                              "header exceeds the format's limit of 100000000");
        }
        result<atomic_file> file = atomic_file::create(path);
        if (!file) { return file.error(); }
        status written = file->append(std::as_bytes(std::span{front}));
        for (index_t i = 0; i < tensors_.size() && written; ++i) {
            written = file->append(tensors_[i].data);
        }
        if (written) { written = file->commit(); }
        if (!written) { return written.error(); }
        return front.size() + size_;
    }

    /// The bytes before the data section: length, JSON text and padding.
    [[nodiscard]] std::string header() const {
        std::string text(safetensors_length_bytes, '\0');
        text += '{';
        if (!metadata_.empty()) {
            text += R"("__metadata__":{)";
            for (const auto& [key, encoded] : metadata_) {
                text += encoded + ',';
            }
            text.back() = '}';
            text += ',';
        }
        for (const pending& tensor : tensors_) {
            text += entry(tensor) + ',';
        }
        if (text.back() == ',') { text.pop_back(); }
        text += '}';
        text.resize((text.size() + line - 1) / line * line, ' ');
        std::uint64_t length = text.size() - safetensors_length_bytes;
        for (index_t i = 0; i < safetensors_length_bytes; ++i, length >>= 8) {
            text[i] = static_cast<char>(length & 0xff);
        }
        return text;
    }

  private:
    struct pending {
        std::string encoded_name;
        element_type dtype;
        std::vector<index_t> shape;
        index_t offset;
        std::span<const std::byte> data;
    };

    /// A JSON string, or nothing where `text` is not UTF-8 (the serialiser would drop bytes).
    [[nodiscard]] static std::optional<std::string> encode(const std::string& text) {
        using base = nlohmann::json;
        std::string encoded = base(text).dump(-1, ' ', false, base::error_handler_t::ignore);
        const base decoded = base::parse(encoded, nullptr, false);
        const auto* back = decoded.get_ptr<const std::string*>();
        if (back == nullptr || *back != text) { return std::nullopt; }
        return encoded;
    }

    [[nodiscard]] static std::string entry(const pending& tensor) {
        std::string text = tensor.encoded_name + R"(:{"dtype":")";
        text += name_of(tensor.dtype);
        text += R"(","shape":[)";
        for (index_t i = 0; i < tensor.shape.size(); ++i) {
            text += (i == 0 ? "" : ",") + std::to_string(tensor.shape[i]);
        }
        return text + R"(],"data_offsets":[)" + std::to_string(tensor.offset) + ',' +
               std::to_string(tensor.offset + tensor.data.size()) + "]}";
    }

    alignment alignment_;
    string_map metadata_;  ///< key to its encoded pair
    std::set<std::string> names_;
    std::vector<pending> tensors_;
    index_t size_ = 0;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

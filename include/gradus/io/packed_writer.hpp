// SPDX-License-Identifier: MIT
// Writing a packed model.
#pragma once

#include <gradus/core/half.hpp>
#include <gradus/io/checksum.hpp>
#include <gradus/io/describe_packed.hpp>
#include <gradus/io/safetensors_writer.hpp>
#include <gradus/layout/packed_part.hpp>

#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Collects matrices and float tensors, then writes the file of io/packed_description.hpp at once.
/// Equal inputs in equal order give equal bytes.
class packed_writer {
  public:
    /// Takes a quantized matrix; equal codebooks are stored once.
    void add_matrix(std::string name, packed_part part) {
        described_matrix matrix{
            .name = std::move(name), .rows = part.rows, .cols = part.cols, .parts = {}};
        described_part described{.layout = std::move(part.layout),
                                 .last_col = part.cols,
                                 .tensor = {},
                                 .bytes = part.bytes.size(),
                                 .checksum = {}};
        described.tensor = matrix.name + ".part0";
        described.checksum = checksum::of(part.bytes.bytes());
        if (!part.codebook.empty()) { described.codebook = id_of(part.codebook); }
        tensors_.push_back({described.tensor, element_type::u8, {}, padded(part.bytes.bytes())});
        matrix.parts.push_back(std::move(described));
        description_.matrices.push_back(std::move(matrix));
    }

    /// Takes a float tensor as it is; its bytes count for the source checksum.
    void add_floats(std::string name,
                    element_type type,
                    std::vector<index_t> shape,
                    std::vector<std::byte> data) {
        source_.add(data);
        floats_.push_back({std::move(name), type, std::move(shape), std::move(data)});
    }

    /// Bytes of a source tensor that the file holds in another form.
    void add_source(std::span<const std::byte> data) { source_.add(data); }

    /// Writes atomically; returns the size of the file in bytes.
    [[nodiscard]] result<index_t> write(const std::string& path) {
        description_.source = source_.text();
        safetensors_writer writer;
        if (status s =
                writer.add_metadata(packed_description::format_key, packed_description::format);
            !s) {
            return s.error();
        }
        if (status s = writer.add_metadata(packed_description::text_key, text_of(description_));
            !s) {
            return s.error();
        }
        for (const auto* group : {&tensors_, &codebooks_, &floats_}) {
            for (const stored_tensor& tensor : *group) {
                const std::vector<index_t> shape =
                    tensor.shape.empty()
                        ? std::vector<index_t>{tensor.data.size() / bytes_of(tensor.type)}
                        : tensor.shape;
                if (status s = writer.add_tensor(tensor.name, tensor.type, shape, tensor.data);
                    !s) {
                    return s.error();
                }
            }
        }
        return writer.write(path);
    }

  private:
    struct stored_tensor {
        std::string name;
        element_type type;
        std::vector<index_t> shape;  ///< empty: one dimension
        std::vector<std::byte> data;
    };

    [[nodiscard]] static std::vector<std::byte> padded(std::span<const std::byte> bytes) {
        std::vector<std::byte> data(bytes.begin(), bytes.end());
        data.resize((data.size() + 63) / 64 * 64);
        return data;
    }

    [[nodiscard]] index_t id_of(const std::vector<float>& levels) {
        for (index_t id = 0; id < known_.size(); ++id) {
            if (known_[id] == levels) { return id; }
        }
        std::vector<std::byte> bytes(2 * levels.size());
        for (index_t i = 0; i < levels.size(); ++i) {
            const std::uint16_t bits = f16::from(levels[i]).bits;
            std::memcpy(bytes.data() + 2 * i, &bits, 2);
        }
        const std::string name = "codebook." + std::to_string(known_.size());
        codebooks_.push_back({name, element_type::f16, {}, padded(bytes)});
        description_.codebooks.push_back({name, levels.size()});
        known_.push_back(levels);
        return known_.size() - 1;
    }

    packed_description description_;
    checksum source_;
    std::vector<std::vector<float>> known_;
    std::deque<stored_tensor> tensors_;
    std::deque<stored_tensor> codebooks_;
    std::deque<stored_tensor> floats_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

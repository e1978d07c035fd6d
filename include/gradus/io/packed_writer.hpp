// SPDX-License-Identifier: MIT
// Writing a packed model.
#pragma once

#include <gradus/core/half.hpp>
#include <gradus/io/checksum.hpp>
#include <gradus/io/describe_packed.hpp>
#include <gradus/io/safetensors_writer.hpp>
#include <gradus/layout/column_order.hpp>
#include <gradus/layout/mixed_matrix.hpp>

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Collects matrices and float tensors, then writes the file of io/packed_description.hpp at once.
/// Equal inputs in equal order give equal bytes.
class packed_writer {
  public:
    /// Takes the permutation that some matrices' inputs go through, and returns its position;
    /// equal ones are stored once.
    index_t add_input(const column_order& order) {
        std::vector<std::byte> data = padded(order.view().sources);
        for (index_t i = 0; i < inputs_.size(); ++i) {
            const bool same_width = description_.inputs[i].width == order.cols();
            if (same_width && inputs_[i].data == data) { return i; }
        }
        std::string name = "input." + std::to_string(inputs_.size());
        description_.inputs.push_back({order.cols(), name, checksum::of(order.view().sources)});
        inputs_.push_back({std::move(name), column_type(order.cols()), {}, std::move(data)});
        return inputs_.size() - 1;
    }

    /// Takes a quantized matrix; equal codebooks are stored once. `input` comes from `add_input`.
    void
    add_matrix(std::string name, mixed_matrix matrix, std::optional<index_t> input = std::nullopt) {
        described_matrix described{.name = std::move(name),
                                   .rows = matrix.rows,
                                   .cols = matrix.cols,
                                   .input = input,
                                   .parts = {}};
        if (auto why = matrix.find_bad_part()) { refuse(described.name, *why); }
        if (input &&
            (*input >= inputs_.size() || description_.inputs[*input].width != described.cols)) {
            refuse(described.name, "reads an input that is not there or of another width");
        }
        for (const column_run& run : matrix.runs) {
            const packed_part& part = run.part;
            described_part entry{.layout = part.layout,
                                 .first_col = run.first,
                                 .last_col = run.last(),
                                 .tensor = described.name + ".part" +
                                           std::to_string(described.parts.size()),
                                 .bytes = part.bytes.size(),
                                 .checksum = checksum::of(part.bytes.bytes())};
            if (!part.codebook.empty()) { entry.codebook = id_of(part.codebook); }
            tensors_.push_back({entry.tensor, element_type::u8, {}, padded(part.bytes.bytes())});
            described.parts.push_back(std::move(entry));
        }
        if (matrix.outliers) { add_outliers(matrix.outliers->view(), described); }
        description_.matrices.push_back(std::move(described));
    }

    /// The same for a matrix that is one packed part.
    void add_matrix(std::string name, packed_part part) {
        add_matrix(std::move(name), mixed_of(std::move(part)));
    }

    /// Takes a float tensor as it is; its bytes count for the source checksum.
    void add_floats(std::string name,
                    element_type type,
                    std::vector<index_t> shape,
                    std::vector<std::byte> data) {
        source_.add(data);
        add_changed_floats(std::move(name), type, std::move(shape), std::move(data));
    }

    /// The same for a tensor with other values than the source has; see `add_source`.
    void add_changed_floats(std::string name,
                            element_type type,
                            std::vector<index_t> shape,
                            std::vector<std::byte> data) {
        floats_.push_back({std::move(name), type, std::move(shape), std::move(data)});
    }

    /// Bytes of a source tensor that the file holds in another form.
    void add_source(std::span<const std::byte> data) { source_.add(data); }

    /// Writes atomically; returns the size of the file in bytes. Errors: those of the safetensors
    /// writer; a matrix whose parts or input do not fit it.
    [[nodiscard]] result<index_t> write(const std::string& path) {
        if (failure_) { return *failure_; }
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
        for (const auto* group : {&tensors_, &inputs_, &codebooks_, &floats_}) {
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

    [[nodiscard]] static element_type column_type(index_t cols) {
        return column_number_bytes(cols) == 2 ? element_type::u16 : element_type::u32;
    }

    /// Keeps the first thing that cannot be written.
    void refuse(const std::string& matrix, const std::string& why) {
        if (failure_) { return; }
        failure_ = error{errc::invalid_argument, "matrix " + quote_name(matrix) + ": " + why};
    }

    void add_outliers(const sparse_f16_view& outliers, described_matrix& matrix) {
        described_outliers part{outliers.count(),
                                matrix.name + ".row_offsets",
                                matrix.name + ".column_indexes",
                                matrix.name + ".values",
                                {}};
        checksum sum;
        const auto add = [&](const std::string& name, element_type type, auto bytes) {
            sum.add(bytes);
            tensors_.push_back({name, type, {}, padded(bytes)});
        };
        add(part.row_offsets, element_type::u32, outliers.offsets);
        add(part.column_indexes, column_type(outliers.cols), outliers.columns);
        add(part.values, element_type::f16, outliers.values);
        part.checksum = sum.text();
        matrix.outliers = std::move(part);
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
    std::optional<error> failure_;
    std::deque<stored_tensor> tensors_;
    std::deque<stored_tensor> inputs_;
    std::deque<stored_tensor> codebooks_;
    std::deque<stored_tensor> floats_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

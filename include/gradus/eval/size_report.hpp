// SPDX-License-Identifier: MIT
// Bits per weight, counted from a file as it was read back.
#pragma once

#include <gradus/io/packed_reader.hpp>
#include <gradus/model/llama.hpp>

#include <string_view>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Stored bits of one described matrix: codes, scales, zero points, row words, codebooks and
/// outliers. Its input's permutation counts once, with the model; padding counts over the file.
[[nodiscard]] inline index_t stored_bits(const packed_description& description,
                                         const described_matrix& matrix) {
    index_t bits = 0;
    for (const described_part& part : matrix.parts) {
        bits += 8 * part.bytes;
        if (part.codebook) { bits += 16 * description.codebooks[*part.codebook].levels; }
    }
    if (matrix.outliers) {
        const index_t entry = 8 * column_number_bytes(matrix.cols) + 16;
        bits += 32 * (matrix.rows + 1) + matrix.outliers->count * entry;
    }
    return bits;
}

/// Stored bits of an input: its permutation.
[[nodiscard]] inline index_t stored_bits(const described_input& input) {
    return 8 * input.width * column_number_bytes(input.width);
}

struct size_report {
    index_t file_bytes = 0;    ///< everything: header, description, padding, float tensors
    index_t parameters = 0;    ///< weights of all tensors
    index_t decoder_bits = 0;  ///< stored bits of the decoder's matrices, packed or float
    index_t decoder_weights = 0;

    [[nodiscard]] double file_bits_per_weight() const {
        return 8.0 * static_cast<double>(file_bytes) / static_cast<double>(parameters);
    }

    [[nodiscard]] double decoder_bits_per_weight() const {
        return static_cast<double>(decoder_bits) / static_cast<double>(decoder_weights);
    }
};

/// Counts every stored bit of a packed Llama model of `file_bytes` bytes. The decoder's share is
/// that of its matrices (`is_decoder_matrix`) and of the inputs that one of them reads, each once,
/// as rivals count it; norms, biases, header, description and padding count over the file. A
/// codebook that several matrices share counts for each.
[[nodiscard]] inline size_report measure_size(const packed_file& file, index_t file_bytes) {
    size_report report{.file_bytes = file_bytes};
    const auto add = [&](std::string_view name, index_t weights, index_t bits) {
        report.parameters += weights;
        if (!is_decoder_matrix(name)) { return; }
        report.decoder_weights += weights;
        report.decoder_bits += bits;
    };
    for (const described_matrix& matrix : file.description().matrices) {
        add(matrix.name, matrix.rows * matrix.cols, stored_bits(file.description(), matrix));
    }
    const auto& inputs = file.description().inputs;
    std::vector<bool> read(inputs.size());
    for (const described_matrix& matrix : file.description().matrices) {
        if (!matrix.input || !is_decoder_matrix(matrix.name) || read[*matrix.input]) { continue; }
        read[*matrix.input] = true;
        report.decoder_bits += stored_bits(inputs[*matrix.input]);
    }
    for (const tensor_view& tensor : file.floats()) {
        add(tensor.name, tensor.elements(), 8 * tensor.data.size());
    }
    return report;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

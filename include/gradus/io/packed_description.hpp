// SPDX-License-Identifier: MIT
// The format of packed models, and its description as plain values.
#pragma once

#include <gradus/core/types.hpp>

#include <optional>
#include <string>
#include <vector>

// A packed model is a safetensors file. Float tensors stand in it as they do anywhere. What is
// packed comes before all of them, in tensors of one dimension whose length is rounded up to 64
// bytes with zeros: mapped, each starts on a 64-byte boundary. `__metadata__` has two strings:
// "gradus.format" is "1", and "gradus.packed" is this JSON text (keys in any order; all of them are
// required, and any other is an error):
//
//   { "must_understand": [],              features a reader needs; an unknown one is an error
//     "source": "fnv1a64:...",            checksum of the float tensors' bytes, in file order
//     "inputs": [                         by position: what several matrices read, and how
//       {"width": 256,
//        "permutation": "input.0",        column i of the matrices is column p[i] of the input:
//                                         U16 (U32 where the width exceeds 65536), each once
//        "checksum": "fnv1a64:...",
//        "scale": null, "rotation": null} ],       later
//     "codebooks": [                      by id, the position in this list
//       {"tensor": "codebook.0", "levels": 16} ],  F16, ascending
//     "matrices": [
//       {"name": "model.layers.0.mlp.up_proj.weight",
//        "shape": [512, 256],             rows (outputs), columns (inputs)
//        "input": 0,                      position in "inputs", or null: columns as they come
//        "expert": null,                  index, of a mixture of experts; later
//        "alias": null,                   another matrix whose parts serve this one too; later
//        "parts": [                       the matrix is the sum of its parts
//          {"kind": "plain",              a packed matrix over a run of columns
//           "layout": "uniform_symmetric4_g64_f16",
//           "tile": [32, 4],              rows and columns of a tile
//           "columns": [0, 192],          first and one past the last
//           "tensor": "model.layers.0.mlp.up_proj.weight.part0",   U8
//           "bytes": 52224,               without padding
//           "row_offsets": null,          tensor of offsets, where rows take unequal bytes; later
//           "codebook": null,             id
//           "checksum": "fnv1a64:..."},
//          {"kind": "outliers",           a sparse matrix over all columns, at most one, and last
//           "count": 37,
//           "row_offsets": "model.layers.0.mlp.up_proj.weight.row_offsets",         U32 [rows + 1]
//           "column_indexes": "model.layers.0.mlp.up_proj.weight.column_indexes",   U16, or U32
//           "values": "model.layers.0.mlp.up_proj.weight.values",                   F16 [count]
//           "checksum": "fnv1a64:..."} ]} ] }
//
// A part is read by itself: its groups start at its first column, and its bytes are those of
// layout/layout.hpp for the named layout, from which mapping, grouping and scale format follow. A
// name that ends in "_mask" or "_<n>of<m>", as in "uniform_symmetric4_g64_f16_2of4", is that of a
// sparse matrix: its bytes are those of layout/sparse_geometry.hpp.
// Plain parts ascend and do not overlap; columns that none covers are zero. Runs and outliers count
// columns after the permutation. Outliers follow the rules of layout/sparse_view.hpp. Checksums
// are FNV-1a over the bytes without padding; that of outliers runs on through the three tensors.
// Later kinds of parts: "residual".
namespace gradus {
inline namespace GRADUS_ISA {

struct packed_codebook {
    std::string tensor;
    index_t levels = 0;
};

struct described_input {
    index_t width = 0;
    std::string permutation;
    std::string checksum;
};

struct described_part {
    std::string layout;
    index_t tile_rows = 32;
    index_t tile_cols = 4;
    index_t first_col = 0;
    index_t last_col = 0;
    std::string tensor;
    index_t bytes = 0;
    std::optional<index_t> codebook = std::nullopt;
    std::string checksum;

    [[nodiscard]] index_t cols() const { return last_col - first_col; }
};

struct described_outliers {
    index_t count = 0;
    std::string row_offsets;
    std::string column_indexes;
    std::string values;
    std::string checksum;
};

struct described_matrix {
    std::string name;
    index_t rows = 0;
    index_t cols = 0;
    std::optional<index_t> input = std::nullopt;
    std::vector<described_part> parts;  ///< the plain ones
    std::optional<described_outliers> outliers = std::nullopt;
};

struct packed_description {
    static constexpr const char* format = "1";
    static constexpr const char* format_key = "gradus.format";
    static constexpr const char* text_key = "gradus.packed";

    std::string source;
    std::vector<described_input> inputs;
    std::vector<packed_codebook> codebooks;
    std::vector<described_matrix> matrices;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

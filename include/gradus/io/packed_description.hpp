// SPDX-License-Identifier: MIT
// The format of packed models, and its description as plain values.
#pragma once

#include <gradus/core/types.hpp>

#include <optional>
#include <string>
#include <vector>

// A packed model is a safetensors file. Float tensors stand in it as they do anywhere. Every packed
// byte is in tensors of type U8, one a part, whose length is rounded up to 64 bytes with zeros and
// which come before all float tensors: mapped, each starts on a 64-byte boundary. Codebooks are
// F16 tensors, padded likewise. `__metadata__` has two strings: "gradus.format" is "1", and
// "gradus.packed" is this JSON text (keys in any order; all of them are required, and any other is
// an error):
//
//   { "must_understand": [],              features a reader needs; an unknown one is an error
//     "source": "fnv1a64:...",            checksum of the float tensors' bytes, in file order
//     "inputs": [],                       per distinct input, by position: {"permutation": tensor,
//                                         "scale": tensor, "rotation": name}; today none
//     "codebooks": [                      by id, the position in this list
//       {"tensor": "codebook.0", "levels": 16} ],
//     "matrices": [
//       {"name": "model.layers.0.mlp.up_proj.weight",
//        "shape": [512, 256],             rows (outputs), columns (inputs)
//        "input": null,                   position in "inputs"
//        "expert": null,                  index, of a mixture of experts
//        "alias": null,                   name of another matrix whose parts serve this one too
//        "parts": [                       the matrix is the sum of its parts
//          {"kind": "plain",              later: "residual", "survivors", "outliers"
//           "layout": "uniform_symmetric4_g64_f16",
//           "tile": [32, 4],              rows and columns of a tile
//           "columns": [0, 256],          the run of columns that the part covers
//           "tensor": "model.layers.0.mlp.up_proj.weight.part0",
//           "bytes": 69632,               without padding
//           "row_offsets": null,          tensor of offsets, where rows take unequal bytes
//           "codebook": null,             id
//           "checksum": "fnv1a64:..."} ]} ] }
//
// The bytes of a part are those of layout/layout.hpp for the named layout: mapping, grouping and
// scale format follow from the name. FNV-1a over `bytes` bytes gives the checksum.
namespace gradus {
inline namespace GRADUS_ISA {

struct packed_codebook {
    std::string tensor;
    index_t levels = 0;
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
};

struct described_matrix {
    std::string name;
    index_t rows = 0;
    index_t cols = 0;
    std::vector<described_part> parts;
};

struct packed_description {
    static constexpr const char* format = "1";
    static constexpr const char* format_key = "gradus.format";
    static constexpr const char* text_key = "gradus.packed";

    std::string source;
    std::vector<packed_codebook> codebooks;
    std::vector<described_matrix> matrices;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

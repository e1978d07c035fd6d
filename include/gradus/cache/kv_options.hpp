// SPDX-License-Identifier: MIT
// What a quantized cache is asked for besides the policies of its keys and values.
#pragma once

#include <gradus/cache/bit_chooser.hpp>
#include <gradus/cache/kv_codebooks.hpp>
#include <gradus/concepts/rotation.hpp>
#include <gradus/core/half.hpp>
#include <gradus/kernels/attention_schemes.hpp>
#include <gradus/rotation/identity.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// `Float` keeps sinks and recent tokens: f16 or float. `Scheme` is how attention multiplies
/// (attention_schemes.hpp); integers are faster and err by what it says.
template <class Float = f16,
          rotation Rotation = identity,
          bit_chooser Chooser = fixed_widths,
          attention_scheme Scheme = exact_attention>
struct kv_options {
    using float_type = Float;
    using rotation_type = Rotation;
    using chooser_type = Chooser;
    using scheme_type = Scheme;

    index_t layer = 0;   ///< named in errors, passed to the chooser
    index_t block = 32;  ///< tokens packed together (G)
    index_t sinks = 0;   ///< first tokens that stay floats (S)
    index_t window = 0;  ///< last tokens that stay floats (R); up to block - 1 more wait with them

    /// The tokens that wait for their block are packed too, and anew with each append, until their
    /// block is full: everything but sinks and window is then quantized whenever it is attended.
    /// They are kept as floats beside that.
    bool pack_tail = false;

    /// Blocks are packed by `settle_layers` instead of `append`, all layers of a block together; at
    /// most `hold` tokens are appended in between. 0: append packs.
    index_t hold = 0;

    /// Remember the attention that each token gets while it is not packed. Attention is then the
    /// slow one of kv_attention.hpp, which has the same bits on every machine, as widths may follow
    /// from it.
    bool track_attention = false;

    bool rotate_values = false;  ///< keys and queries are always rotated
    Rotation rotation = {};
    Chooser chooser = {};
    shared_codebooks key_codebooks = {};
    shared_codebooks value_codebooks = {};
};

}  // namespace GRADUS_ISA
}  // namespace gradus

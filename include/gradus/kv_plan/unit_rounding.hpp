// SPDX-License-Identifier: MIT
// Values of a unit as the cache would give them back.
#pragma once

#include <gradus/kernels/kv_encode.hpp>
#include <gradus/layout/kv_block.hpp>

#include <cstddef>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Stores a unit and reads it again: what is measured is the grid that is stored. Keeps its memory
/// from one unit to the next.
class unit_rounding {
  public:
    /// `out` may be `in`. Levels null: evenly spaced codes.
    void operator()(const kv_block_shape& shape,
                    index_t number,  // of the unit
                    int width,
                    const float* levels,
                    const kv_fit& fit,
                    matrix_view<const float> in,  // [tokens, channels]
                    matrix_view<float> out) {     // [tokens, channels]
        const kv_unit unit = shape.unit(number, in.rows, width);
        const bool by_channel = shape.cut(shape.kind_of(number)).vectors == kv_vectors::channel;
        vectors_.resize(in.size());
        const matrix_view<float> vectors{vectors_.data(), unit.vectors(), unit.vector_length()};
        for (index_t t = 0; t < in.rows; ++t) {
            for (index_t d = 0; d < in.cols; ++d) {
                (by_channel ? vectors(d, t) : vectors(t, d)) = in(t, d);
            }
        }
        bytes_.resize(unit.bytes());
        codes_.resize(in.size());
        ranked_.resize(unit.vector_length());
        kept_.resize(unit.vector_length());
        outliers_.resize(unit.vector_length());
        encode_kv_unit(unit, vectors, levels, fit, bytes_, {ranked_, kept_, outliers_, codes_});
        decode_kv_unit(unit, bytes_, levels, {codes_.data(), unit.lanes, unit.steps},
                       {vectors_.data(), unit.lanes, unit.steps});
        const matrix_view<float> decoded{vectors_.data(), unit.lanes, unit.steps};
        const bool tokens_are_lanes = shape.kind_of(number) == kv_kind::key;
        for (index_t t = 0; t < in.rows; ++t) {
            for (index_t d = 0; d < in.cols; ++d) {
                out(t, d) = tokens_are_lanes ? decoded(t, d) : decoded(d, t);
            }
        }
    }

  private:
    std::vector<float> vectors_;
    std::vector<std::byte> bytes_;
    std::vector<code_t> codes_;
    std::vector<kv_ranked> ranked_;
    std::vector<float> kept_;
    std::vector<std::uint32_t> outliers_;
};

/// Bits of a unit with its width field.
[[nodiscard]] inline index_t
unit_bits(const kv_block_shape& shape, index_t number, index_t tokens, int width) {
    return 8 * shape.unit(number, tokens, width).bytes() + 4;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

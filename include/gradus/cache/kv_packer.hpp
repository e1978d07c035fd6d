// SPDX-License-Identifier: MIT
// Packs blocks of tokens, and unpacks them.
#pragma once

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/kernels/kv_encode.hpp>
#include <gradus/kernels/kv_view.hpp>

#include <algorithm>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Bytes of a block with these widths: its units and their width fields.
[[nodiscard]] inline index_t kv_block_bytes(const kv_block_shape& shape,
                                            index_t tokens,
                                            std::span<const std::uint8_t> widths) {  // [units]
    index_t total = shape.field_bytes();
    for (index_t u = 0; u < shape.units(); ++u) {
        total += shape.unit(u, tokens, widths[u]).bytes();
    }
    return total;
}

/// The same where every unit is as large as a unit can be.
[[nodiscard]] inline index_t largest_kv_block_bytes(const kv_block_shape& shape) {
    index_t total = shape.field_bytes();
    for (index_t u = 0; u < shape.units(); ++u) {
        index_t most = 0;
        for (int width = 0; width <= 16; ++width) {
            if (is_kv_width(width)) {
                most = std::max(most, shape.unit(u, shape.tokens, width).bytes());
            }
        }
        total += most;
    }
    return total;
}

/// Working memory for blocks of one shape; allocates at construction only.
class kv_packer {
  public:
    explicit kv_packer(const kv_block_shape& shape)
        : ranked_(longest(shape)),
          kept_(longest(shape)),
          outliers_(longest(shape)),
          codes_(shape.tokens * shape.width),
          vectors_(shape.tokens * shape.width) {}

    /// A unit of x, at the start of `bytes`.
    void pack_unit(const kv_unit& unit,
                   matrix_view<const float> x,  // [tokens, channels]
                   bool by_channel,
                   const float* levels,
                   const kv_fit& fit,
                   std::span<std::byte> bytes) {
        const matrix_view<float> vectors{vectors_.data(), unit.vectors(), unit.vector_length()};
        for (index_t v = 0; v < vectors.rows; ++v) {
            for (index_t i = 0; i < vectors.cols; ++i) {
                vectors(v, i) = by_channel ? x(i, v) : x(v, i);
            }
        }
        encode_kv_unit(unit, vectors, levels, fit, bytes, {ranked_, kept_, outliers_, codes_});
    }

    /// A block of `keys.rows` tokens, exactly as many bytes as it needs. `levels` as in kv_view.
    [[nodiscard]] aligned_buffer pack(const kv_block_shape& shape,
                                      matrix_view<const float> keys,    // [tokens, heads * width]
                                      matrix_view<const float> values,  // [tokens, heads * width]
                                      std::span<const std::uint8_t> widths,  // [units]
                                      std::span<const kv_levels> key_levels,
                                      std::span<const kv_levels> value_levels,
                                      const kv_fit& key_fit,
                                      const kv_fit& value_fit) {
        aligned_buffer block{kv_block_bytes(shape, keys.rows, widths)};
        index_t at = 0;
        for (index_t u = 0; u < shape.units(); ++u) {
            GRADUS_EXPECT(is_kv_width(widths[u]));
            const bool key = shape.kind_of(u) == kv_kind::key;
            const index_t head = shape.head_of(u);
            const auto& books = key ? key_levels : value_levels;
            const kv_unit unit = shape.unit(u, keys.rows, widths[u]);
            pack_unit(unit,
                      (key ? keys : values)
                          .columns(head * shape.width + shape.first_channel(u), shape.channels(u)),
                      shape.cut(shape.kind_of(u)).vectors == kv_vectors::channel,
                      books.empty() ? nullptr : books[head][widths[u]], key ? key_fit : value_fit,
                      block.bytes().subspan(at, unit.bytes()));
            at += unit.bytes();
        }
        for (index_t u = 0; u < shape.units(); ++u) {
            block.bytes()[at + u / 2] |=
                static_cast<std::byte>(kv_width_field(widths[u]) << (u % 2 == 0 ? 0 : 4));
        }
        return block;
    }

    /// All values of a block.
    template <class Float>
    void unpack(const kv_view<Float>& view,
                const kv_block_view& block,
                matrix_view<float> keys,      // [tokens, heads * width]
                matrix_view<float> values) {  // [tokens, heads * width]
        const kv_block_shape& shape = view.shape;
        for (kv_unit_cursor at{block}; !at.done(); at.next()) {
            const kv_unit& unit = at.unit();
            const kv_kind kind = shape.kind_of(at.number());
            const index_t head = shape.head_of(at.number());
            const matrix_view<float> decoded{vectors_.data(), unit.lanes, unit.steps};
            decode_kv_unit(unit, at.bytes(), view.levels(kind, head, unit.width),
                           {codes_.data(), unit.lanes, unit.steps}, decoded);
            const bool key = kind == kv_kind::key;
            const auto to = (key ? keys : values)
                                .columns(head * shape.width + shape.first_channel(at.number()),
                                         shape.channels(at.number()));
            for (index_t t = 0; t < to.rows; ++t) {
                for (index_t d = 0; d < to.cols; ++d) {
                    to(t, d) = key ? decoded(t, d) : decoded(d, t);
                }
            }
        }
    }

    [[nodiscard]] index_t size_in_bytes() const {
        return ranked_.size() * sizeof(kv_ranked) + kept_.size() * sizeof(float) +
               outliers_.size() * sizeof(std::uint32_t) + codes_.size() +
               vectors_.size() * sizeof(float);
    }

  private:
    [[nodiscard]] static index_t longest(const kv_block_shape& shape) {
        return std::max(shape.tokens, shape.width);
    }

    std::vector<kv_ranked> ranked_;
    std::vector<float> kept_;
    std::vector<std::uint32_t> outliers_;
    std::vector<code_t> codes_;
    std::vector<float> vectors_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

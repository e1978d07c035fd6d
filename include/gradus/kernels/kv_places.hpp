// SPDX-License-Identifier: MIT
// Where the units of a head lie in the blocks of a cache.
#pragma once

#include <gradus/layout/kv_block.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// A unit and its place in the bytes of its block.
struct kv_place {
    kv_unit unit;
    index_t offset;
    index_t bytes;
};

/// The units of full blocks by what they depend on: kind, whether they are the last of their head,
/// width. A unit is then found by additions alone; its shape costs several divisions.
class kv_places {
  public:
    explicit kv_places(const kv_block_shape& shape)
        : shape_{&shape}, keys_{shape.keys.groups(shape.width)}, a_head_{shape.units_a_head()} {
        for (const kv_kind kind : {kv_kind::key, kv_kind::value}) {
            const index_t groups = shape.cut(kind).groups(shape.width);
            for (const index_t group : {index_t{0}, groups - 1}) {
                for (unsigned field = 0; field < widths; ++field) {
                    const index_t number = shape.unit_index(0, kind, group);
                    const kv_unit unit = shape.unit(number, shape.tokens, kv_width_of(field));
                    known_[index_t(kind)][group + 1 == groups][field] = {unit, 0, unit.bytes()};
                }
            }
        }
    }

    /// f(place) for the units of one kind of a head. `offset` is where the first of them begins.
    template <class F>
    void each(const kv_block_view& block, index_t head, kv_kind kind, index_t offset, F&& f) const {
        const index_t first = head * a_head_ + (kind == kv_kind::key ? 0 : keys_);
        const index_t end = kind == kv_kind::key ? first + keys_ : (head + 1) * a_head_;
        for (index_t u = first; u < end; ++u) {
            kv_place place = known_[index_t(kind)][u + 1 == end][field(block, u)];
            if (block.tokens != shape_->tokens) {
                place.unit = shape_->unit(u, block.tokens, place.unit.width);
                place.bytes = place.unit.bytes();
            }
            place.offset = offset;
            offset += place.bytes;
            f(place);
        }
    }

    /// The bytes of a head.
    [[nodiscard]] std::span<const std::byte> head(const kv_block_view& block, index_t head) const {
        const index_t first = bytes(block, 0, head * a_head_);
        return block.bytes.subspan(first, bytes(block, head * a_head_, (head + 1) * a_head_));
    }

  private:
    static constexpr unsigned widths = 10;

    /// Of the units [first, last), which begin with those of a head.
    [[nodiscard]] index_t bytes(const kv_block_view& block, index_t first, index_t last) const {
        if (block.tokens != shape_->tokens) {
            kv_unit_cursor cursor{block};
            cursor.advance_to(first);
            const index_t before = cursor.offset();
            cursor.advance_to(last);
            return cursor.offset() - before;
        }
        index_t total = 0;
        for (index_t u = first, within = 0; u < last; ++u) {
            const bool ends = within + 1 == keys_ || within + 1 == a_head_;
            total += known_[within < keys_ ? 0 : 1][ends][field(block, u)].bytes;
            within = within + 1 == a_head_ ? 0 : within + 1;
        }
        return total;
    }

    [[nodiscard]] GRADUS_INLINE static unsigned field(const kv_block_view& block, index_t unit) {
        return kv_width_field(block.width(unit));
    }

    const kv_block_shape* shape_;
    index_t keys_;                  ///< units of the keys of a head
    index_t a_head_;                ///< units of a head
    kv_place known_[2][2][widths];  ///< [kind][last of its head][width field]
};

}  // namespace GRADUS_ISA
}  // namespace gradus

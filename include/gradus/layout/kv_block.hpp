// SPDX-License-Identifier: MIT
// A block of tokens in the cache of one layer: the units of all heads, keys and values.
#pragma once

#include <gradus/layout/kv_unit.hpp>

#include <span>

namespace gradus {

enum class kv_kind : std::uint8_t { key, value };

/// What shares a scale: a channel, over the tokens of a block, or a token, over the channels of a
/// group.
enum class kv_vectors : std::uint8_t { channel, token };

/// How the keys or the values of a head are cut into units, and what a unit looks like.
struct kv_cut {
    kv_vectors vectors = kv_vectors::token;
    bool centered = false;
    index_t group = 0;           ///< channels a unit, the last of a head may have fewer; 0: all
    double outlier_share = 0.0;  ///< of a vector, both tails together, each rounded up

    [[nodiscard]] GRADUS_INLINE constexpr index_t group_of(index_t head_width) const {
        return group == 0 || group > head_width ? head_width : group;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t groups(index_t head_width) const {
        return (head_width + group_of(head_width) - 1) / group_of(head_width);
    }

    /// Outliers of a vector of n values: ceil(share n / 2) a tail, at most all but one.
    [[nodiscard]] GRADUS_INLINE constexpr index_t outliers(index_t n) const {
        const double tail = 0.5 * outlier_share * static_cast<double>(n);
        const auto whole = static_cast<index_t>(tail);
        const index_t count = 2 * (static_cast<double>(whole) < tail ? whole + 1 : whole);
        return n == 0 ? 0 : count < n ? count : n - 1;
    }
};

/// Shape of the blocks of one layer. Units come head by head, in a head the groups of its keys,
/// then those of its values.
struct kv_block_shape {
    index_t heads;
    index_t width;   ///< channels a head
    index_t tokens;  ///< of a full block
    kv_cut keys;
    kv_cut values;

    [[nodiscard]] GRADUS_INLINE constexpr const kv_cut& cut(kv_kind kind) const {
        return kind == kv_kind::key ? keys : values;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t units_a_head() const {
        return keys.groups(width) + values.groups(width);
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t units() const { return heads * units_a_head(); }

    [[nodiscard]] GRADUS_INLINE constexpr index_t
    unit_index(index_t head, kv_kind kind, index_t group) const {
        const index_t before = kind == kv_kind::key ? 0 : keys.groups(width);
        return head * units_a_head() + before + group;
    }

    [[nodiscard]] GRADUS_INLINE constexpr kv_kind kind_of(index_t unit) const {
        return unit % units_a_head() < keys.groups(width) ? kv_kind::key : kv_kind::value;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t head_of(index_t unit) const {
        return unit / units_a_head();
    }

    /// The feature group of a unit within its head.
    [[nodiscard]] GRADUS_INLINE constexpr index_t group_of(index_t unit) const {
        const index_t within = unit % units_a_head();
        return kind_of(unit) == kv_kind::key ? within : within - keys.groups(width);
    }

    /// First channel of a unit within its head.
    [[nodiscard]] GRADUS_INLINE constexpr index_t first_channel(index_t unit) const {
        return group_of(unit) * cut(kind_of(unit)).group_of(width);
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t channels(index_t unit) const {
        const index_t group = cut(kind_of(unit)).group_of(width);
        const index_t left = width - first_channel(unit);
        return left < group ? left : group;
    }

    /// Unit number `unit` of a block of `count` tokens, at a width.
    [[nodiscard]] GRADUS_INLINE constexpr kv_unit
    unit(index_t number, index_t count, int code_width) const {
        const bool key = kind_of(number) == kv_kind::key;
        const kv_cut& how = key ? keys : values;
        const bool by_channel = how.vectors == kv_vectors::channel;
        const index_t across = channels(number);
        kv_unit u{key ? count : across, key ? across : count,
                  by_channel == key ? scale_axis::step : scale_axis::lane, how.centered,
                  code_width};
        u.outliers = code_width == 16 ? 0 : how.outliers(u.vector_length());
        return u;
    }

    [[nodiscard]] GRADUS_INLINE constexpr index_t field_bytes() const { return (units() + 1) / 2; }
};

/// A stored block: the units without gaps, then a field of four bits for the width of each unit
/// (`kv_width_field`; even units in the lower half of a byte; a last half byte is zero).
struct kv_block_view {
    const kv_block_shape* shape;
    index_t tokens;
    std::span<const std::byte> bytes;

    [[nodiscard]] GRADUS_INLINE int width(index_t unit) const {
        const auto pair =
            static_cast<unsigned>(bytes[bytes.size() - shape->field_bytes() + unit / 2]);
        return kv_width_of(unit % 2 == 0 ? pair & 15u : pair >> 4);
    }
};

/// Walks the units of a block in stored order. `unit` and `bytes` are those of number `number`.
class kv_unit_cursor {
  public:
    GRADUS_INLINE explicit kv_unit_cursor(const kv_block_view& block) : block_{block} { look(); }

    [[nodiscard]] GRADUS_INLINE bool done() const { return number_ >= block_.shape->units(); }

    [[nodiscard]] GRADUS_INLINE index_t number() const { return number_; }

    [[nodiscard]] GRADUS_INLINE const kv_unit& unit() const { return unit_; }

    [[nodiscard]] GRADUS_INLINE std::span<const std::byte> bytes() const {
        return block_.bytes.subspan(offset_, unit_.bytes());
    }

    [[nodiscard]] GRADUS_INLINE index_t offset() const { return offset_; }

    GRADUS_INLINE void next() {
        offset_ += unit_.bytes();
        ++number_;
        if (!done()) { look(); }
    }

    GRADUS_INLINE void advance_to(index_t number) {
        while (number_ < number) {
            next();
        }
    }

  private:
    GRADUS_INLINE void look() {
        unit_ = block_.shape->unit(number_, block_.tokens, block_.width(number_));
    }

    kv_block_view block_;
    kv_unit unit_{};
    index_t number_ = 0;
    index_t offset_ = 0;
};

}  // namespace gradus

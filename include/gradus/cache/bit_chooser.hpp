// SPDX-License-Identifier: MIT
// Who decides the widths of a block that leaves the recent window.
#pragma once

#include <gradus/concepts/named.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/layout/kv_block.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// A block of one layer before it is packed: values as they would be stored (rotated, if so).
struct kv_block_values {
    index_t layer;  ///< as the options of its cache say
    index_t first;  ///< position of the first token
    kv_block_shape shape;
    matrix_view<const float> keys;    ///< [tokens, heads * width]
    matrix_view<const float> values;  ///< [tokens, heads * width]
    /// The largest attention weight that a later query of the head's group paid to each token while
    /// it was recent: [heads, tokens]; no rows where the cache does not track it.
    matrix_view<const float> attention;

    [[nodiscard]] index_t tokens() const { return keys.rows; }

    /// The values of a unit: [tokens, channels].
    [[nodiscard]] matrix_view<const float> unit(index_t number) const {
        const auto& from = shape.kind_of(number) == kv_kind::key ? keys : values;
        return from.columns(shape.head_of(number) * shape.width + shape.first_channel(number),
                            shape.channels(number));
    }
};

/// Called once for each block: with one layer when that layer packs on its own, with all of them
/// when they are settled together (`settle_layers`). Writes a width (`is_kv_width`) for each unit,
/// in the order of `kv_block_shape::unit_index`.
template <class C>
concept bit_chooser =
    named<C> && std::copyable<C> &&
    requires(C c, std::span<const kv_block_values> layers, matrix_view<std::uint8_t> widths) {
        c(layers, widths);  // widths [layers, units]
    };

/// The same width for all keys, and one for all values.
struct fixed_widths {
    static constexpr std::string_view name = "fixed_widths";

    int keys = 4;
    int values = 4;

    void operator()(std::span<const kv_block_values> layers,
                    matrix_view<std::uint8_t> widths) const {
        for (index_t l = 0; l < layers.size(); ++l) {
            for (index_t u = 0; u < widths.cols; ++u) {
                const bool key = layers[l].shape.kind_of(u) == kv_kind::key;
                widths(l, u) = static_cast<std::uint8_t>(key ? keys : values);
            }
        }
    }
};

/// Widths from a table, the same for all blocks: those of layer l are entries [l * units, (l + 1) *
/// units), in the order of `kv_block_shape::unit_index`. Copies share the table.
class table_of_widths {
  public:
    static constexpr std::string_view name = "table_of_widths";

    table_of_widths(std::vector<std::uint8_t> widths, index_t units)
        : widths_{std::make_shared<const std::vector<std::uint8_t>>(std::move(widths))},
          units_{units} {
        GRADUS_EXPECT(units > 0 && widths_->size() % units == 0);
        GRADUS_EXPECT(std::all_of(widths_->begin(), widths_->end(),
                                  [](std::uint8_t w) { return is_kv_width(w); }));
    }

    void operator()(std::span<const kv_block_values> layers,
                    matrix_view<std::uint8_t> widths) const {
        GRADUS_EXPECT(widths.cols == units_);
        for (index_t l = 0; l < layers.size(); ++l) {
            GRADUS_EXPECT((layers[l].layer + 1) * units_ <= widths_->size());
            std::copy_n(widths_->begin() + static_cast<std::ptrdiff_t>(layers[l].layer * units_),
                        units_, widths.row(l).begin());
        }
    }

  private:
    std::shared_ptr<const std::vector<std::uint8_t>> widths_;
    index_t units_;
};

static_assert(bit_chooser<fixed_widths> && bit_chooser<table_of_widths>);

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// A chooser that gives each unit the bits which the QAQ rule asks for.
#pragma once

#include <gradus/cache/bit_chooser.hpp>
#include <gradus/cache/qaq_bits.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace gradus {

enum class qaq_rule : std::uint8_t {
    paper,  ///< `qaq`: deviations, grids of 2^n - 1 steps
    code    ///< `qaq_legacy`: as the authors' program computes it
};

inline namespace GRADUS_ISA {

/// Range of a unit: the widest of its vectors (a token or a channel, as the unit is cut). T is the
/// number of tokens when the block is packed, A_t the most attention any of its tokens got while
/// recent: the cache must have a window and `track_attention`; a token that was never attended
/// while recent gets the least width.
///
/// Query norms are calibrated, one for each layer and head: the energy of queries divided by
/// the head width for `paper` (logits are q k / sqrt(width)), the published constant for `code`.
class qaq_widths {
  public:
    static constexpr std::string_view name = "qaq_widths";

    qaq_widths(qaq_rule rule,
               double target,
               std::vector<double> query_norms,  // [layers, heads]
               width_limits limits = {})
        : rule_{rule},
          target_{target},
          norms_{std::make_shared<const std::vector<double>>(std::move(query_norms))},
          limits_{limits} {
        GRADUS_EXPECT(target > 0.0 && limits.most <= 8);
    }

    void operator()(std::span<const kv_block_values> layers,
                    matrix_view<std::uint8_t> widths) const {
        for (index_t l = 0; l < layers.size(); ++l) {
            GRADUS_EXPECT(layers[l].attention.rows == layers[l].shape.heads);
            for (index_t u = 0; u < widths.cols; ++u) {
                widths(l, u) = static_cast<std::uint8_t>(width_of(layers[l], u));
            }
        }
    }

  private:
    [[nodiscard]] static double range_of(const kv_block_values& block, index_t unit) {
        const auto values = block.unit(unit);
        const bool by_token =
            block.shape.cut(block.shape.kind_of(unit)).vectors == kv_vectors::token;
        const index_t vectors = by_token ? values.rows : values.cols;
        const index_t length = by_token ? values.cols : values.rows;
        double widest = 0.0;
        for (index_t v = 0; v < vectors; ++v) {
            const auto at = [&](index_t i) {
                return static_cast<double>(by_token ? values(v, i) : values(i, v));
            };
            double low = at(0);
            double high = low;
            for (index_t i = 1; i < length; ++i) {
                low = std::min(low, at(i));
                high = std::max(high, at(i));
            }
            widest = std::max(widest, high - low);
        }
        return widest;
    }

    [[nodiscard]] int width_of(const kv_block_values& block, index_t unit) const {
        const index_t head = block.shape.head_of(unit);
        const index_t tokens = block.first + block.tokens();
        const double range = range_of(block, unit);
        if (block.shape.kind_of(unit) == kv_kind::key) {
            const double norm = norms_->at(block.layer * block.shape.heads + head);
            return rule_ == qaq_rule::paper
                     ? qaq::width(range, qaq::key_deviation(tokens, norm, target_), limits_)
                     : qaq_legacy::width(range, qaq_legacy::key_error(tokens, norm, target_),
                                         limits_);
        }
        const auto paid = block.attention.row(head);
        const auto most = static_cast<double>(*std::max_element(paid.begin(), paid.end()));
        return rule_ == qaq_rule::paper
                 ? qaq::width(range, qaq::value_deviation(tokens, most, target_), limits_)
                 : qaq_legacy::width(range, qaq_legacy::value_error(tokens, most, target_),
                                     limits_);
    }

    qaq_rule rule_;
    double target_;
    std::shared_ptr<const std::vector<double>> norms_;
    width_limits limits_;
};

static_assert(bit_chooser<qaq_widths>);

}  // namespace GRADUS_ISA
}  // namespace gradus

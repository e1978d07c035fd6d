// SPDX-License-Identifier: MIT
// What each width and mapping would do to one head's keys or values.
#pragma once

#include <gradus/kv_plan/codebook_price.hpp>
#include <gradus/kv_plan/plan_options.hpp>
#include <gradus/kv_plan/unit_codebooks.hpp>
#include <gradus/kv_plan/unit_rounding.hpp>
#include <gradus/mapping/normal_levels.hpp>

#include <array>
#include <limits>
#include <span>
#include <vector>

namespace gradus {

enum class unit_mapping : std::uint8_t { uniform, normal, adaptive };

inline namespace GRADUS_ISA {

inline constexpr double unmeasured = std::numeric_limits<double>::infinity();

/// Of one head and kind. Errors are weighted sums over the channels of a unit, a token.
struct head_losses {
    struct at_width {
        unit_mapping mapping = unit_mapping::uniform;
        std::vector<float> levels;   ///< empty: evenly spaced codes
        std::vector<double> errors;  ///< [groups], of the chosen mapping
        std::array<double, 3> by_mapping = {unmeasured, unmeasured, unmeasured};  ///< of the head
    };

    std::array<at_width, 9> widths;
};

/// Levels of a standard normal variable; in units of their largest where the scale is one of the
/// range.
[[nodiscard]] inline std::vector<float> normal_levels_of(int width, kv_normalization rule) {
    std::vector<float> levels;
    with_kv_width(width, [&](auto bits) {
        const auto& table = normal_levels<bits(), normal_placement::lloyd>;
        levels.assign(table.begin(), table.end());
    });
    const float unit = rule == kv_normalization::moments ? 1.0f : levels.back();
    for (float& level : levels) {
        level = f16::from(level / unit).value();
    }
    return levels;
}

/// Measures one head and kind on whole blocks of a sample. Codebooks are trained on every other
/// block and all mappings measured on those in between: what fits its own text proves nothing.
class head_measurement {
  public:
    /// `rows` [tokens, width] in the coordinates of the cache, tokens a multiple of the block;
    /// `weights` [width] likewise.
    head_measurement(const kv_block_shape& shape,
                     kv_kind kind,
                     matrix_view<const float> rows,
                     std::vector<double> weights,
                     const plan_options& options)
        : shape_{shape},
          kind_{kind},
          rows_{rows},
          weights_{std::move(weights)},
          options_{options},
          fit_{kind == kv_kind::key ? options.keys.fit : options.values.fit},
          groups_{shape.cut(kind).groups(shape.width)} {
        GRADUS_EXPECT(rows.rows % shape.tokens == 0 && weights_.size() == rows.cols);
        if (options.mappings.adaptive) { gather(); }
    }

    [[nodiscard]] head_losses measure() {
        head_losses found;
        for (int width = 0; width <= 8; ++width) {
            found.widths[static_cast<index_t>(width)] = best_of(width);
        }
        return found;
    }

  private:
    [[nodiscard]] index_t unit_of(index_t group) const {
        return shape_.unit_index(0, kind_, group);
    }

    /// f(group, unit's values) for the units of every other block; of all if there is only one.
    template <class F> void for_each_unit(bool training, F&& f) const {
        const index_t start = training && rows_.rows > shape_.tokens ? shape_.tokens : 0;
        for (index_t first = start; first < rows_.rows; first += 2 * shape_.tokens) {
            for (index_t g = 0; g < groups_; ++g) {
                const index_t unit = unit_of(g);
                f(g, rows_.block(first, shape_.tokens)
                         .columns(shape_.first_channel(unit), shape_.channels(unit)));
            }
        }
    }

    void gather() {
        const bool by_channel = shape_.cut(kind_).vectors == kv_vectors::channel;
        const bool centered = shape_.cut(kind_).centered;
        std::vector<float> x;
        std::vector<double> w;
        for_each_unit(true, [&](index_t g, matrix_view<const float> unit) {
            const index_t channel = shape_.first_channel(unit_of(g));
            const index_t vectors = by_channel ? unit.cols : unit.rows;
            for (index_t v = 0; v < vectors; ++v) {
                x.clear();
                w.clear();
                const index_t length = by_channel ? unit.rows : unit.cols;
                for (index_t i = 0; i < length; ++i) {
                    x.push_back(by_channel ? unit(i, v) : unit(v, i));
                    w.push_back(weights_[channel + (by_channel ? v : i)]);
                }
                add_standardized(x, w, centered, fit_, sample_);
            }
        });
    }

    /// Weighted squared errors, [groups], a token.
    [[nodiscard]] std::vector<double> errors(int width, const std::vector<float>& levels) {
        std::vector<double> sums(groups_, 0.0);
        for_each_unit(false, [&](index_t g, matrix_view<const float> unit) {
            rounded_.resize(unit.size());
            const matrix_view<float> out{rounded_.data(), unit.rows, unit.cols};
            round_(shape_, unit_of(g), width, levels.empty() ? nullptr : levels.data(), fit_, unit,
                   out);
            const index_t channel = shape_.first_channel(unit_of(g));
            for (index_t t = 0; t < unit.rows; ++t) {
                for (index_t d = 0; d < unit.cols; ++d) {
                    const auto e = static_cast<double>(unit(t, d)) - static_cast<double>(out(t, d));
                    sums[g] += weights_[channel + d] * e * e;
                }
            }
        });
        const index_t blocks = rows_.rows / shape_.tokens;
        for (double& sum : sums) {
            sum /= static_cast<double>((blocks + 1) / 2 * shape_.tokens);
        }
        return sums;
    }

    /// The mapping of least measured error; a trained codebook only where it pays.
    [[nodiscard]] head_losses::at_width best_of(int width) {
        head_losses::at_width best;
        double least = unmeasured;
        const auto offer = [&](unit_mapping mapping, std::vector<float> levels) {
            std::vector<double> found = errors(width, levels);
            double total = 0.0;
            for (const double e : found) {
                total += e;
            }
            best.by_mapping[static_cast<index_t>(mapping)] = total;
            if (total >= least) { return; }
            const index_t values = options_.amortised * shape_.width;
            const bool trained = mapping == unit_mapping::adaptive && least < unmeasured;
            if (trained && !check_codebook(width, total, least, values)) { return; }
            least = total;
            best.mapping = mapping;
            best.levels = std::move(levels);
            best.errors = std::move(found);
        };
        const bool levels = width > 0;
        if (options_.mappings.uniform || !levels) { offer(unit_mapping::uniform, {}); }
        if (options_.mappings.normal && levels) {
            offer(unit_mapping::normal, normal_levels_of(width, fit_.normalization));
        }
        if (options_.mappings.adaptive && levels && width <= options_.most_trained) {
            std::vector<float> trained = train_levels(sample_, width);
            if (!trained.empty()) { offer(unit_mapping::adaptive, std::move(trained)); }
        }
        if (best.errors.empty()) { offer(unit_mapping::uniform, {}); }  // nothing else was possible
        return best;
    }

    kv_block_shape shape_;
    kv_kind kind_;
    matrix_view<const float> rows_;
    std::vector<double> weights_;
    const plan_options& options_;
    kv_fit fit_;
    index_t groups_;
    standardized_sample sample_;
    unit_rounding round_;
    std::vector<float> rounded_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

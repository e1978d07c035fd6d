// SPDX-License-Identifier: MIT
// The grids of a run of columns in a layout that is known.
#pragma once

#include <gradus/quantize/quantize.hpp>
#include <gradus/solver/row_grids.hpp>
#include <gradus/solver/run_grids.hpp>

#include <atomic>

namespace gradus {
inline namespace GRADUS_ISA {

template <mapping M> [[nodiscard]] error no_level_at_zero() {
    return {errc::invalid_argument, "mapping '" + std::string{name_of<M>()} +
                                        "' has no level at zero (pruned weights need one); another "
                                        "mapping, or prune alone"};
}

/// What run_grids promises, by a recipe. Rounding is to the nearest level.
template <layout_type L, class Range, class T>
    requires(!L::grouping_type::spans_rows)
class layout_grids final : public run_grids<T> {
    using M = typename L::mapping_type;
    using job_type = tile_job<L, Range, nearest>;

  public:
    using recipe_type = recipe<L, Range, nearest>;

    layout_grids(const recipe_type& how, index_t rows, index_t first_column, index_t column_count)
        : run_grids<T>{first_column, column_count, how.groups.columns(column_count)},
          range_{how.range},
          groups_{how.groups},
          map_{how.map},
          grids_{rows, column_count, this->group_cols},
          zero_code_{code_of_zero()} {}

    /// Fits the levels of a mapping that has some to train to the values that they are for.
    template <executor E>
    void train(weights_view values, const recipe_type& how, floats importance, E& threads) {
        if constexpr (trainable_mapping<M>) {
            map_ = trained_mapping(values, how, importance, threads);
            zero_code_ = code_of_zero();
        }
    }

    [[nodiscard]] const M& map() const { return map_; }

    void choose(index_t row, index_t group, const T* x, T* value, T* code) const override {
        choose_sixteen<L>(grids_, map_, row, group, x, value, code);
    }

    void zero_codes(index_t row, index_t group, T* code) const override {
        for (index_t r = 0; r < simd::lanes; ++r) {
            if constexpr (has_zero_point<M>) {
                code[r] = static_cast<T>(grids_.zero[group * grids_.rows + row + r]);
            } else {
                code[r] = static_cast<T>(zero_code_);
            }
        }
    }

    [[nodiscard]] std::optional<error> without_zero() const override {
        bool there = false;
        if constexpr (has_zero_point<M>) {
            there = map_.template zero_level<float>(grids_.at(0, 0)) == grids_.zero[0];
        } else {
            typename M::params p{1.0f};  // a row of zeros has no scale to tell by
            there = decode_as<float>(map_, zero_code_, p) == 0.0f;
        }
        if (there) { return std::nullopt; }
        return no_level_at_zero<M>();
    }

    void decode(index_t row, index_t group, const T* code, T* value) const override {
        for (index_t r = 0; r < simd::lanes; ++r) {
            const auto c = static_cast<code_t>(static_cast<int>(code[r]));
            value[r] = static_cast<T>(decode_as<T>(map_, c, grids_.at(row + r, group)));
        }
    }

    [[nodiscard]] float scale(index_t row, index_t group) const override {
        return grids_.at(row, group).scale;
    }

    [[nodiscard]] float stored(index_t row, float scale) const override {
        using S = typename L::scale_type;
        if (!(magnitude(scale) <= S::largest)) { return 0.0f; }
        return S{}.decode(S{}.encode(scale, grids_.words[row]), grids_.words[row]);
    }

    void rescale(index_t row, index_t group, float scale) override {
        auto p = grids_.at(row, group);
        p.scale = scale;
        grids_.set(row, group, p);
    }

    void begin_row(index_t row, floats values) override {
        grids_.words[row] = row_word(job(), values);
    }

    void fit(index_t row, index_t group, floats values, floats weights) override {
        const typename job_type::stored map{&map_, grids_.words[row]};
        const interval range = estimate(range_, values, weights, map);
        const auto p = map.fit(range);
        if (!storable<L>(map_.fit(range).scale, p.scale, grids_.words[row])) {
            for (index_t seen = bad_; row < seen && !bad_.compare_exchange_weak(seen, row);) {}
        }
        grids_.set(row, group, p);
    }

    [[nodiscard]] std::optional<error> unstorable() const override {
        if (bad_ == ~index_t{0}) { return std::nullopt; }
        return scale_error<L>(bad_, this->first);
    }

    [[nodiscard]] std::unique_ptr<run_grids<T>>
    of_rows(std::span<const index_t> which) const override {
        const recipe_type how{.range = range_, .groups = groups_, .map = map_};
        auto few = std::make_unique<layout_grids>(how, which.size(), this->first, this->cols);
        few->grids_.take_rows(grids_, which);
        return few;
    }

    [[nodiscard]] plain_codes plain(matrix_view<const code_t> codes) const override {
        std::vector<code_t> own;
        own.reserve(codes.rows * codes.cols);
        for (index_t r = 0; r < codes.rows; ++r) {
            own.insert(own.end(), codes.row(r).begin(), codes.row(r).end());
        }
        return plain_of(codes.rows, std::move(own));
    }

    /// The same of codes [rows, cols] that are the run's alone.
    [[nodiscard]] plain_codes plain_of(index_t rows, std::vector<code_t> codes) const {
        plain_codes all{rows, this->cols, rows, grids_.groups, std::move(codes), {}, {}, {}};
        for (index_t r = 0; r < rows; ++r) {
            for (index_t g = 0; g < grids_.groups; ++g) {
                all.scales.push_back(grids_.scale[g * grids_.rows + r]);
                if constexpr (has_zero_point<M>) { all.zeros.push_back(grids_.at(r, g).zero); }
            }
        }
        if constexpr (L::scale_type::row_bits != 0) {
            const auto end = grids_.words.begin() + static_cast<std::ptrdiff_t>(rows);
            all.row_words.assign(grids_.words.begin(), end);
        }
        return all;
    }

    [[nodiscard]] std::vector<float> codebook() const override {
        std::vector<float> levels;
        if constexpr (L::codebook == codebook_scope::matrix) {
            levels.assign(map_.levels.begin(), map_.levels.end());
        }
        return levels;
    }

    [[nodiscard]] bool weighs() const override { return uses_importance(range_); }

  private:
    [[nodiscard]] job_type job() const {
        return {{grids_.rows, this->cols, groups_}, &map_, &range_, &rounding_, {}, {}};
    }

    /// The code of zero where no zero point says it.
    [[nodiscard]] code_t code_of_zero() const {
        if constexpr (has_zero_point<M>) { return 0; }
        typename M::params p{};
        p.scale = 1.0f;
        return nearest::state{}.choose(map_.locate(0.0f, p));
    }

    Range range_;
    typename L::grouping_type groups_;
    M map_;
    nearest rounding_ = {};
    row_grids<L> grids_;
    code_t zero_code_;
    std::atomic<index_t> bad_ = ~index_t{0};  ///< the first row with a scale of no stored form
};

}  // namespace GRADUS_ISA
}  // namespace gradus

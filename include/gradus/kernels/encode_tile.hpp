// SPDX-License-Identifier: MIT
// One tile of a packed matrix from the values of its rows.
#pragma once

#include <gradus/kernels/encode.hpp>
#include <gradus/kernels/encode_units.hpp>
#include <gradus/kernels/fit_rows.hpp>
#include <gradus/kernels/pack_group.hpp>
#include <gradus/kernels/tile_job.hpp>
#include <gradus/kernels/write_grid.hpp>

#include <algorithm>
#include <optional>

namespace gradus {
inline namespace GRADUS_ISA {

/// Min-max grids that are found for sixteen groups at once.
template <layout_type L, class Range>
inline constexpr bool fitted_by_lanes =
    L::tile_rows == 32 && std::is_same_v<Range, minmax> && !geometry<L>::matrix_grid &&
    L::scale_type::row_bits == 0 && !trainable_mapping<typename L::mapping_type> &&
    lane_fittable<typename L::mapping_type>;

/// Encodes one tile, panel by panel of its columns: grids and codes of all groups of a panel first,
/// then their bytes. Full tiles of 32 rows go by four rows at a time, in registers; the others, and
/// groups that are no whole strips of 16 columns, by the definition.
template <layout_type L, class Range, rounding R> class tile_encoder {
    using G = geometry<L>;
    using state_type = decltype(std::declval<const R&>().start(index_t{0}));

    static constexpr index_t panel_groups = 128;    ///< grids held at a time
    static constexpr index_t panel_columns = 4096;  ///< columns whose codes are held at a time

  public:
    /// `rows` [height, cols], row `first_row` of the matrix first; `codes` is scratch of
    /// `scratch_codes` codes.
    tile_encoder(const tile_job<L, Range, R>& job,
                 weights_view rows,
                 index_t first_row,
                 std::span<code_t> codes)
        : job_{job}, rows_{rows}, codes_{codes} {
        GRADUS_EXPECT(codes.size() >= scratch_codes(job.shape));
        for (index_t r = 0; r < rows.rows; ++r) {
            states_[r].emplace(job.round->start(first_row + r));
        }
    }

    /// Codes that need room.
    [[nodiscard]] static index_t scratch_codes(const G& shape) {
        return L::tile_rows * std::min(groups_at_once(shape) * shape.group_cols, shape.cols);
    }

    /// Whether encoding a full tile finds values that are not finite by itself: grids by lanes look
    /// at all of them, if every group goes by units.
    [[nodiscard]] static bool sees_all_values(const G& shape) {
        const bool strips = shape.group_cols % 16 == 0 || shape.group_cols >= shape.cols;
        return fitted_by_lanes<L, Range> && encoded_by_units<L, R> && shape.cols % 16 == 0 &&
               strips;
    }

    /// Returns the first group that cannot be stored, if any; the bytes are then of no use.
    [[nodiscard]] std::optional<unstorable_group> encode(std::span<std::byte> tile) {
        const index_t height = rows_.rows;
        GRADUS_EXPECT(tile.size() == job_.shape.tile_bytes(height));
        std::byte* to = tile.data();
        if constexpr (!G::matrix_grid) {
            for (index_t r = 0; r < height; ++r, to += G::row_bytes) {
                words_[r] = row_word(job_, rows_.row(r));
                grid_words::store(to, words_[r], G::row_bytes);
            }
        }
        for (index_t first = 0, columns = 0; first < rows_.cols && finite_; first += columns) {
            columns = panel_at(first);
            if (by_units(columns)) {
                if constexpr (encoded_by_units<L, R>) { encode_panel(first, columns); }
            } else {
                encode_rows(first, columns);
            }
            to = write_panel(columns, to);
        }
        if (job_.streams) { simd::finish_streams(); }
        return failed_;
    }

  private:
    [[nodiscard]] static index_t groups_at_once(const G& shape) {
        const index_t groups = std::min(panel_columns / shape.group_cols, panel_groups);
        return std::clamp(groups, index_t{1}, shape.groups());
    }

    /// Columns of the panel that starts at `first`. A narrow group that is no whole strips stands
    /// alone, so that the others go by units.
    [[nodiscard]] index_t panel_at(index_t first) const {
        const index_t group = job_.shape.group_cols;
        const index_t left = rows_.cols - first;
        const index_t most = groups_at_once(job_.shape) * group;
        if (left >= most) { return most; }
        return left % 16 == 0 || left < group ? left : left / group * group;
    }

    /// Whether the groups of these columns of the tile are whole strips.
    [[nodiscard]] bool by_units(index_t columns) const {
        return encoded_by_units<L, R> && rows_.rows == L::tile_rows && columns % 16 == 0 &&
               (job_.shape.group_cols % 16 == 0 || columns <= job_.shape.group_cols);
    }

    void note(const std::optional<unstorable_group>& bad) {
        if (!bad) { return; }
        finite_ = finite_ && bad->finite;
        const bool earlier = !failed_ || bad->column < failed_->column ||
                             (bad->column == failed_->column && bad->row < failed_->row);
        if (earlier || !bad->finite) { failed_ = bad; }
    }

    /// The grid of one row of a group by the range estimator.
    void estimate_row(index_t r, index_t first, index_t columns, tile_grid<L>& grid) {
        if constexpr (G::matrix_grid) {
            grid.set(r, job_.matrix_grid);
        } else {
            const floats values = rows_.row(r).subspan(first, columns);
            const typename tile_job<L, Range, R>::stored map{job_.map, words_[r]};
            const floats weights = importance_of(job_.importance, first, columns);
            const interval range = estimate(*job_.range, values, weights, map);
            const auto p = map.fit(range);
            const bool fits = storable<L>(job_.map->fit(range).scale, p.scale, words_[r]);
            if (!fits) { note(unstorable_group{r, first}); }
            grid.set(r, p);
        }
    }

    /// Grids of rows r ... r + 3, `groups` groups of `columns` columns.
    GRADUS_INLINE void
    fit_four(index_t r, index_t first, index_t columns, index_t groups, tile_grid<L>* grids) {
        if constexpr (fitted_by_lanes<L, Range>) {
            const float* x = rows_.data + r * rows_.stride + first;
            constexpr bool magnitude = fits_magnitude<typename L::mapping_type>;
            const bool four = groups == 4;
            const lane_intervals range = four
                                           ? extents_of_groups<magnitude>(x, rows_.stride, columns)
                                           : extents_of_group<magnitude>(x, rows_.stride, columns);
            auto bad = fit_rows(*job_.map, range, r, groups, words_, grids);
            if (bad) {
                bad->column = first + bad->column * columns;
                note(bad);
            }
        } else {
            for (index_t i = 0; i < 4 * groups; ++i) {
                estimate_row(r + i % 4, first + i / 4 * columns, columns, grids[i / 4]);
            }
        }
    }

    /// Up to four groups of four rows, whose grids are known.
    struct fitted_groups {
        index_t done;
        index_t width;
        index_t groups;
        row_codes<L, R> codes;
    };

    /// Grids of rows r ... r + 3 in the groups from column `done` of a panel on.
    [[nodiscard]] GRADUS_INLINE fitted_groups fit_groups(index_t r,
                                                         index_t first,
                                                         index_t columns,
                                                         index_t done) {
        const index_t width = std::min(job_.shape.group_cols, columns - done);
        const index_t groups = columns - done >= 4 * width ? 4 : 1;
        tile_grid<L>* const grids = grids_ + done / job_.shape.group_cols;
        fit_four(r, first + done, width, groups, grids);
        return {done, width, groups, {*job_.map, grids, groups, states_, r}};
    }

    /// Grids and codes of the panel, four rows at a time: as many as the machine sees coming. The
    /// next groups' grids are found before these groups' codes: a chain of operations, each of
    /// which waits for the one before, has something to wait for beside it.
    void encode_panel(index_t first, index_t columns) {
        for (index_t r = 0; r < L::tile_rows && finite_; r += 4) {
            const run_of_rows next = rows_after(r, first, columns);
            fitted_groups now = fit_groups(r, first, columns, 0);
            for (;;) {
                const index_t end = now.done + now.groups * now.width;
                if (end >= columns) { break; }
                const fitted_groups after = fit_groups(r, first, columns, end);
                encode_groups(r, first, next, now);
                now = after;
            }
            encode_groups(r, first, next, now);
        }
    }

    /// Four rows in `columns` columns, one after the other as memory has them.
    struct run_of_rows {
        const float* x;
        index_t columns;
        index_t stride;

        [[nodiscard]] GRADUS_INLINE const float* at(index_t value) const {
            if (columns == stride) { return x + value; }
            return x + value / columns * stride + value % columns;
        }
    };

    /// What comes after rows r ... r + 3 of a panel: in the tile, in the next panel or tile.
    [[nodiscard]] run_of_rows rows_after(index_t r, index_t first, index_t columns) const {
        const bool last = r + 4 == L::tile_rows;
        const bool ends = last && first + columns >= rows_.cols;
        const float* const x = rows_.data + (last && !ends ? 0 : (r + 4) * rows_.stride);
        return {x + (ends ? 0 : last ? first + columns : first), columns, rows_.stride};
    }

    GRADUS_INLINE void
    encode_groups(index_t r, index_t first, const run_of_rows& next, const fitted_groups& some) {
        index_t done = some.done;
        for (index_t g = 0; g < some.groups; ++g, done += some.width) {
            encode_four<row_codes<L, R>>(
                some.codes.of_group(g), rows_.data + r * rows_.stride + first + done, rows_.stride,
                next.at(4 * done), some.width, codes_.data() + 32 * done + 16 * r);
        }
    }

    /// The same by definition, to row-major codes.
    void encode_rows(index_t first, index_t columns) {
        for (index_t r = 0; r < rows_.rows; ++r) {
            tile_grid<L>* grid = grids_;
            for (index_t done = 0; done < columns; done += job_.shape.group_cols, ++grid) {
                const index_t width = std::min(job_.shape.group_cols, columns - done);
                estimate_row(r, first + done, width, *grid);
                encode_run(*job_.map, grid->at(r), *job_.round, *states_[r],
                           rows_.row(r).subspan(first + done, width),
                           codes_.data() + r * columns + done);
            }
        }
    }

    /// Writes the groups of a panel; returns where the next one starts.
    [[nodiscard]] std::byte* write_panel(index_t columns, std::byte* to) {
        const bool units = by_units(columns);
        const tile_grid<L>* grid = grids_;
        for (index_t done = 0; done < columns; done += job_.shape.group_cols, ++grid) {
            const index_t width = std::min(job_.shape.group_cols, columns - done);
            if constexpr (!G::matrix_grid) {
                write_grid(*grid, words_, rows_.rows, to);
                to += rows_.rows * G::scale_bytes + G::zero_bytes(rows_.rows);
            }
            if (units) {
                if constexpr (encoded_by_units<L, R>) {
                    pack_strips<L>(codes_.data() + 32 * done, width, job_.streams, to);
                }
            } else {
                pack_group<L>(codes_.data() + done, columns, rows_.rows, width, to);
            }
            to += G::code_bytes(rows_.rows, width);
        }
        return to;
    }

    const tile_job<L, Range, R>& job_;
    weights_view rows_;
    std::span<code_t> codes_;
    std::uint32_t words_[L::tile_rows] = {};
    std::optional<state_type> states_[L::tile_rows];
    tile_grid<L> grids_[panel_groups];
    std::optional<unstorable_group> failed_;
    bool finite_ = true;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

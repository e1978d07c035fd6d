// SPDX-License-Identifier: MIT
// What zeros cost, tried out on a few rows.
#pragma once

#include <gradus/solver/obs_sweep.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

inline constexpr index_t pilot_rows = 2 * panel_rows;

/// A second pass, at the price that the first has shown, wins up to 1 % of the error at one half
/// and 4 bits: where it costs less than 2 % of the time.
[[nodiscard]] GRADUS_INLINE int pilot_passes(index_t rows) {
    return rows < 50 * pilot_rows ? 1 : 2;
}

/// The value below which `share` of the costs, none of them negative, lie.
template <class T> [[nodiscard]] T price_of_share(const std::vector<T>& costs, double share) {
    const auto rank = static_cast<index_t>(share * static_cast<double>(costs.size()));
    std::vector<index_t> bins;
    const serial alone;
    return find_cheapest<T>(costs, std::min(rank + 1, costs.size()), bins, alone).value;
}

/// How large a row's weights are, by a part of its columns: squares, times what the row counts.
template <class T>
[[nodiscard]] double row_size(matrix_view<const T> w, std::span<const float> counts, index_t row) {
    constexpr index_t run = 16;
    const index_t step = std::max(run, w.cols / 16 / run * run);
    T squares[run] = {};
    for (index_t first = 0; first < w.cols; first += step) {
        const index_t width = std::min(run, w.cols - first);
        for (index_t j = 0; j < width; ++j) {
            const T x = w.data[row * w.stride + first + j];
            squares[j] += x * x;
        }
    }
    double sum = 0.0;
    for (const T square : squares) {
        sum += static_cast<double>(square);
    }
    return counts.empty() ? sum : sum * static_cast<double>(counts[row]);
}

/// Up to `pilot_rows` rows that stand for all: evenly spread among rows sorted by size, since rows
/// differ in their shares of zeros by their sizes more than by anything else.
template <class T>
[[nodiscard]] std::vector<index_t> typical_rows(matrix_view<const T> w,
                                                std::span<const float> counts) {
    std::vector<std::pair<double, index_t>> sizes;
    for (index_t r = 0; r < w.rows; ++r) {
        sizes.push_back({row_size(w, counts, r), r});
    }
    std::sort(sizes.begin(), sizes.end());
    const index_t count = std::min(pilot_rows, w.rows);
    std::vector<index_t> rows;
    for (index_t i = 0; i < count; ++i) {
        rows.push_back(sizes[(2 * i + 1) * w.rows / (2 * count)].second);
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

/// Rows of a matrix, and what goes on in them.
template <class T> struct pilot {
    std::vector<index_t> rows;
    std::vector<T> weights;  ///< [rows, n]
    std::vector<T> costs;    ///< [n][64] of zeroing, when it was decided
    std::vector<float> row_weights;
    T static_price = 0;  ///< up to which weights go, if no other weight moved

    pilot(matrix_view<const T> w, std::span<const float> weights_of_rows)
        : rows{typical_rows(w, weights_of_rows)}, costs(w.cols * pilot_rows) {
        for (const index_t row : rows) {
            weights.insert(weights.end(), w.row(row).begin(), w.row(row).end());
            if (!weights_of_rows.empty()) { row_weights.push_back(weights_of_rows[row]); }
        }
    }

    /// Costs of the rows there are in steps [from, end): of so many columns that there are about
    /// `enough` of them.
    [[nodiscard]] std::vector<T>
    known_costs(index_t from, index_t end, index_t enough = index_t{1} << 14) const {
        std::vector<T> known;
        const index_t stride = std::max<index_t>(1, (end - from) * rows.size() / enough);
        for (index_t j = from; j < end; j += stride) {
            const T* const all = costs.data() + j * pilot_rows;
            known.insert(known.end(), all, all + rows.size());
        }
        return known;
    }
};

/// (w U_jj)^2 of the pilot's weights: what zeroing them would cost if no other weight moved.
template <class T>
void static_costs(pilot<T>& p, const obs_factor<T>& f, std::span<const index_t> order) {
    for (index_t j = 0; j < f.size; ++j) {
        const index_t column = order.empty() ? j : order[j];
        const T pivot = f.pivot(j);
        for (index_t r = 0; r < p.rows.size(); ++r) {
            const T cost = p.weights[r * f.size + column] * pivot;
            const T share = p.row_weights.empty() ? T(1) : static_cast<T>(p.row_weights[r]);
            p.costs[j * pilot_rows + r] = cost * cost * share;
        }
    }
}

/// For each column of the weights the magnitude up to which they are likely to be zeroed, in a row
/// that counts 1.
template <class T>
[[nodiscard]] std::vector<float> doomed_magnitudes(matrix_view<const T> w,
                                                   const obs_factor<T>& f,
                                                   double share,
                                                   std::span<const index_t> order,
                                                   std::span<const float> row_weights) {
    pilot<T> p{w, row_weights};
    static_costs(p, f, order);
    const T root = std::sqrt(price_of_share(p.known_costs(0, f.size), share));
    std::vector<float> magnitudes(f.size);
    for (index_t j = 0; j < f.size; ++j) {
        magnitudes[order.empty() ? j : order[j]] = static_cast<float>(root / f.pivot(j));
    }
    return magnitudes;
}

/// A pilot with the costs at one price for the whole matrix, at which about `share` of all weights
/// go: first that of static costs. Costs depend on it little.
///
/// choice_for(rows): the choice for a matrix of those rows, and its fitter, as a pair.
template <class T, class ChoiceFor, executor E>
[[nodiscard]] pilot<T>
send_pilot(const obs_state<T>& whole, double share, const ChoiceFor& choice_for, E& threads) {
    pilot<T> p{whole.weights, whole.rows};
    const index_t n = whole.weights.cols;
    const auto [choose, fitter] = choice_for(p.rows);
    static_costs(p, whole.factor, whole.order);
    for (int pass = 0; pass < pilot_passes(whole.weights.rows); ++pass) {
        const T price = price_of_share(p.known_costs(0, n), share);
        if (pass == 0) { p.static_price = price; }
        std::vector<T> w = p.weights;
        obs_state<T> s{whole.factor, {w.data(), p.rows.size(), n}, whole.order, whole.plan};
        s.gain = whole.gain;
        s.rows = p.row_weights;
        const auto keep = [&](index_t panel, index_t at, index_t half) {
            const index_t lane = panel * panel_rows + half * window_columns;
            return keep_above<T>{price, &p.costs[at * pilot_rows + lane], pilot_rows};
        };
        sweep_rows(s, choose, fitter, keep, threads);
    }
    return p;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

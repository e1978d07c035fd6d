// SPDX-License-Identifier: MIT
// How many zeros each few columns should get, tried out on a few rows.
#pragma once

#include <gradus/solver/obs_sweep.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

inline constexpr index_t pilot_rows = panel_rows;
inline constexpr int pilot_passes = 2;

/// The value below which `share` of the costs lie.
template <class T> [[nodiscard]] T price_of_share(std::vector<T> costs, double share) {
    const auto rank = static_cast<index_t>(share * static_cast<double>(costs.size()));
    const auto at = costs.begin() + static_cast<std::ptrdiff_t>(std::min(rank, costs.size() - 1));
    std::nth_element(costs.begin(), at, costs.end());
    return *at;
}

/// Rows of a matrix, evenly spread, and what goes on in them.
template <class T> struct pilot {
    std::vector<index_t> rows;
    std::vector<T> weights;  ///< [rows, n]
    std::vector<T> costs;    ///< [n][32] of zeroing, when it was decided
    std::vector<float> row_weights;

    pilot(matrix_view<const T> w, std::span<const float> weights_of_rows)
        : costs(w.cols * panel_rows) {
        const index_t count = std::min(pilot_rows, w.rows);
        for (index_t i = 0; i < count; ++i) {
            rows.push_back((2 * i + 1) * w.rows / (2 * count));
            weights.insert(weights.end(), w.row(rows[i]).begin(), w.row(rows[i]).end());
            if (!weights_of_rows.empty()) { row_weights.push_back(weights_of_rows[rows[i]]); }
        }
    }

    /// Costs of the rows there are, step by step.
    [[nodiscard]] std::vector<T> known_costs(index_t from, index_t end) const {
        std::vector<T> known;
        for (index_t j = from; j < end; ++j) {
            const T* const all = costs.data() + j * panel_rows;
            known.insert(known.end(), all, all + rows.size());
        }
        return known;
    }
};

/// (w U_jj)^2 of the pilot's weights: what zeroing them would cost if no other weight moved.
template <class T>
void static_costs(pilot<T>& p, const obs_factor<T>& f, std::span<const index_t> order) {
    for (index_t j = 0; j < f.size; ++j) {
        for (index_t r = 0; r < p.rows.size(); ++r) {
            const index_t column = order.empty() ? j : order[j];
            const T cost = p.weights[r * f.size + column] * f.pivot(j);
            const T share = p.row_weights.empty() ? T(1) : static_cast<T>(p.row_weights[r]);
            p.costs[j * panel_rows + r] = cost * cost * share;
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

/// The share of zeros for each window at one price for the whole matrix, the price being such
/// that `share` of all weights go. A pass with the price so far gives the costs by which the next
/// price is found; they depend on it little. Price and loss belong together: (x - q)^2 U_jj^2 is
/// what a decision adds to the final error, so one price for all columns is the greedy optimum;
/// equal shares make cheap columns keep and dear ones drop (17 % more error at one half).
///
/// choice_for(rows): the choice for a matrix of those rows, and its fitter, as a pair.
template <class T, class ChoiceFor, executor E>
[[nodiscard]] std::vector<double>
zero_shares(const obs_state<T>& whole, double share, const ChoiceFor& choice_for, E& threads) {
    pilot<T> p{whole.weights, whole.rows};
    const index_t n = whole.weights.cols;
    const auto [choose, fitter] = choice_for(p.rows);
    T price = 0;
    for (int pass = 0; pass <= pilot_passes; ++pass) {
        if (pass == 0) {
            static_costs(p, whole.factor, whole.order);
        } else {
            std::vector<T> w = p.weights;
            obs_state<T> s{whole.factor, {w.data(), p.rows.size(), n}, whole.order, whole.plan};
            s.gain = whole.gain;
            s.rows = p.row_weights;
            const auto keep = [&](index_t, index_t at, index_t half) {
                return keep_above<T>{price, &p.costs[at * panel_rows + half * window_columns]};
            };
            sweep_rows(s, choose, fitter, keep, threads);
        }
        price = price_of_share(p.known_costs(0, n), share);
    }
    std::vector<double> shares;
    index_t at = 0;
    for (const index_t width : whole.plan.window_widths()) {
        const std::vector<T> here = p.known_costs(at, at + width);
        const auto cheap = [&](T cost) { return cost <= price; };
        shares.push_back(static_cast<double>(std::count_if(here.begin(), here.end(), cheap)) /
                         static_cast<double>(here.size()));
        at += width;
    }
    return shares;
}

/// Zeros for each window out of `total`, in proportion to shares; ends exactly at `total`.
class zero_plan {
  public:
    zero_plan(std::vector<double> shares,
              const std::vector<index_t>& widths,
              index_t rows,
              index_t total)
        : until_{std::move(shares)}, rows_{rows}, total_{total} {
        double sum = 0.0;
        for (index_t i = 0; i < until_.size(); ++i) {
            sum += until_[i] * static_cast<double>(widths[i] * rows);
            until_[i] = sum;
            left_ += widths[i] * rows;
        }
        for (double& u : until_) {
            u = sum == 0.0 ? 0.0 : u * (static_cast<double>(total) / sum);
        }
        until_.back() = static_cast<double>(total);
    }

    /// How many of the window's weights to zero, given those that are zero already: never so few
    /// that the rest could not make up for it.
    [[nodiscard]] index_t operator()(index_t window, index_t count, index_t zeros) {
        const auto wanted = static_cast<index_t>(until_[window] + 0.5);
        left_ -= count * rows_;
        const index_t here = std::min(count * rows_, wanted > zeros ? wanted - zeros : 0);
        const index_t due = total_ > zeros ? total_ - zeros : 0;
        return std::min(std::max(here, due > left_ ? due - left_ : 0), count * rows_);
    }

  private:
    std::vector<double> until_;
    index_t rows_;
    index_t total_;
    index_t left_ = 0;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

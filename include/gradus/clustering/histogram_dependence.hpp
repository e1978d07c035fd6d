// SPDX-License-Identifier: MIT
// Dependence of all pairs of channels from their histograms, on the scale of correlations.
#pragma once

#include <gradus/clustering/histogram_information.hpp>
#include <gradus/clustering/square_matrix.hpp>
#include <gradus/core/executor.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/core/result.hpp>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// Bins of a channel in `histogram_dependence`.
inline constexpr index_t dependence_bins = 16;

/// Channels that `histogram_dependence` takes at most: eight million pairs.
inline constexpr index_t most_histogram_channels = 4096;

/// R = sqrt(1 - exp(-2 I)): |rho| of the Gaussian pair that has I nats in common.
/// Source: Linfoot 1957, Information and Control 1, 85.
[[nodiscard]] inline double informational_correlation(double nats) noexcept {
    return nats > 0.0 ? std::sqrt(-std::expm1(-2.0 * nats)) : 0.0;
}

/// The bin of each value among `bins` that hold equally many, by rank: outliers take no bins from
/// the rest, and any monotone map of the channel gives the same. Equal values share the bin of the
/// middle of their ranks, so that a constant channel is in one.
[[nodiscard]] inline std::vector<std::uint8_t> rank_bins(floats x, index_t bins) {
    GRADUS_EXPECT(bins > 0 && bins <= 256);
    std::vector<index_t> order(x.size());
    std::iota(order.begin(), order.end(), index_t{0});
    std::sort(order.begin(), order.end(),
              [&](index_t a, index_t b) { return x[a] != x[b] ? x[a] < x[b] : a < b; });
    std::vector<std::uint8_t> found(x.size());
    for (index_t first = 0; first < x.size();) {
        index_t end = first + 1;
        while (end < x.size() && x[order[end]] == x[order[first]]) {
            ++end;
        }
        const index_t bin = (first + end - 1) * bins / (2 * x.size());
        for (index_t i = first; i < end; ++i) {
            found[order[i]] = static_cast<std::uint8_t>(bin);
        }
        first = end;
    }
    return found;
}

/// I(x; y) of two channels by their bins, in nats, less its bias for as many cells as are filled:
/// (cells of x + cells of y - cells of both - 1) / (2 T) is added; at least 0.
/// Source: Miller 1955, in Quastler (ed.), Information Theory in Psychology.
[[nodiscard]] inline double
binned_information(std::span<const std::uint8_t> x, std::span<const std::uint8_t> y, index_t bins) {
    GRADUS_EXPECT(x.size() == y.size() && !x.empty());
    std::vector<index_t> of_x(bins, 0);
    std::vector<index_t> of_y(bins, 0);
    std::vector<index_t> of_both(bins * bins, 0);
    for (index_t i = 0; i < x.size(); ++i) {
        ++of_both[x[i] * bins + y[i]];
    }
    for (index_t a = 0; a < bins; ++a) {
        for (index_t b = 0; b < bins; ++b) {
            of_x[a] += of_both[a * bins + b];
            of_y[b] += of_both[a * bins + b];
        }
    }
    const auto filled = [](std::span<const index_t> counts) {
        return static_cast<double>(counts.size()) -
               static_cast<double>(std::count(counts.begin(), counts.end(), index_t{0}));
    };
    const index_t total = x.size();
    const pair_entropy h{entropy_of(of_x, total), entropy_of(of_y, total),
                         entropy_of(of_both, total)};
    const double bias =
        (filled(of_both) - filled(of_x) - filled(of_y) + 1.0) / (2.0 * static_cast<double>(total));
    return std::max(0.0, h.x + h.y - h.both - bias);
}

/// Whether histograms of all pairs can be made of a sample, [tokens, channels].
[[nodiscard]] inline status check_sample(matrix_view<const float> sample) {
    constexpr index_t least = dependence_bins * dependence_bins;
    const index_t n = sample.cols;
    if (n > most_histogram_channels) {
        return error{errc::invalid_argument,
                     "histograms of " + std::to_string(n) + " channels (at most " +
                         std::to_string(most_histogram_channels) +
                         ": every pair is counted). Gaussian dependence instead?"};
    }
    if (sample.rows < least) {
        return error{errc::invalid_argument, "histograms of " + std::to_string(sample.rows) +
                                                 " tokens (at least " + std::to_string(least) +
                                                 ")"};
    }
    for (index_t t = 0; t < sample.rows; ++t) {
        for (const float x : sample.row(t)) {
            if (!std::isfinite(x)) {
                return error{errc::nonfinite, "a sampled activation is not finite"};
            }
        }
    }
    return done{};
}

/// `informational_correlation` of all pairs of columns: a correlation matrix for clusterings that
/// also sees what correlation cannot (x and x^2). Ones on the diagonal; a constant channel depends
/// on no other.
///
/// Memory: a byte a value, and the matrix. Cost: channels^2 / 2 x tokens steps.
/// Errors: more than `most_histogram_channels` channels; fewer tokens than bins^2, too few to fill
///         the cells of a pair; a value that is not finite.
template <executor E = const serial>
[[nodiscard]] result<square_matrix>
histogram_dependence(matrix_view<const float> sample,  // [tokens, channels]
                     E&& threads = serial{}) {
    if (status fits = check_sample(sample); !fits) { return fits.error(); }
    constexpr index_t bins = dependence_bins;
    const index_t n = sample.cols;
    std::vector<std::vector<std::uint8_t>> binned(n);
    threads.for_each(n, [&](index_t j) {
        std::vector<float> column(sample.rows);
        for (index_t t = 0; t < sample.rows; ++t) {
            column[t] = sample(t, j);
        }
        binned[j] = rank_bins(column, bins);
    });
    square_matrix found{n};
    threads.for_each(n, [&](index_t i) {
        for (index_t j = 0; j < i; ++j) {
            const double nats = binned_information(binned[i], binned[j], bins);
            found(i, j) = informational_correlation(nats);
        }
        found(i, i) = 1.0;
    });
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j < i; ++j) {
            found(j, i) = found(i, j);
        }
    }
    return found;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Mean, variance and mean magnitude of every channel, exact to double precision.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/executor.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/core/real.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Tokens that are summed up by themselves before they join the total: the one definition of the
/// order of all sums over tokens. Longer batches are cut into runs of so many and a rest.
inline constexpr index_t token_run = 128;

/// For every channel j over t tokens:
///
///     mean_j = sum x_tj / t,   squares_j = sum (x_tj - mean_j)^2,   magnitudes_j = sum |x_tj|
///
/// Units:  of the activations, squared for `squares`.
/// Error:  relative 2^-53 (128 + number of runs), about, of the sums of |x| and (x - mean)^2.
/// Bits:   those of the runs in their order, on every machine and with every executor.
/// Source: Chan, Golub, LeVeque 1983, doi:10.1080/00031305.1983.10483115 (pairwise update).
class channel_moments {
  public:
    explicit channel_moments(index_t width) : mean_(width), squares_(width), magnitudes_(width) {}

    /// For values from elsewhere, e.g. a file; all of one width.
    channel_moments(index_t tokens,
                    std::vector<double> mean,
                    std::vector<double> squares,
                    std::vector<double> magnitudes)
        : tokens_{tokens},
          mean_{std::move(mean)},
          squares_{std::move(squares)},
          magnitudes_{std::move(magnitudes)} {
        GRADUS_EXPECT(squares_.size() == mean_.size() && magnitudes_.size() == mean_.size());
    }

    [[nodiscard]] index_t width() const noexcept { return mean_.size(); }

    [[nodiscard]] index_t tokens() const noexcept { return tokens_; }

    [[nodiscard]] std::span<const double> mean() const noexcept { return mean_; }

    [[nodiscard]] std::span<const double> squares() const noexcept { return squares_; }

    [[nodiscard]] std::span<const double> magnitudes() const noexcept { return magnitudes_; }

    /// Of the tokens seen, not an estimate for others: divided by t. Zero without tokens.
    [[nodiscard]] double variance(index_t j) const { return per_token(squares_[j]); }

    [[nodiscard]] double mean_magnitude(index_t j) const { return per_token(magnitudes_[j]); }

    /// sum x_tj^2 / t: what the diagonal of X^T X is made of.
    [[nodiscard]] double mean_square(index_t j) const {
        return per_token(squares_[j]) + rounded(mean_[j] * mean_[j]);
    }

    /// Adds one run of at most `token_run` finite tokens.
    template <executor E>
    void add_run(weights_view x,  // [tokens, width]
                 E& threads) {
        GRADUS_EXPECT(x.cols == width() && 0 < x.rows && x.rows <= token_run);
        constexpr index_t strip = 64;  // channels a task; their sums stay in L1
        const index_t strips = (width() + strip - 1) / strip;
        threads.for_each(strips, [&](index_t s) {
            const index_t first = s * strip;
            const index_t count = std::min(strip, width() - first);
            double mean[strip] = {};
            double squares[strip] = {};
            double magnitudes[strip] = {};
            measure(x.columns(first, count), mean, squares, magnitudes);
            for (index_t j = 0; j < count; ++j) {
                join(first + j, x.rows, mean[j], squares[j], magnitudes[j]);
            }
        });
        tokens_ += x.rows;
    }

    /// Adds other tokens. Exchanging the two gives the same bits.
    void merge(const channel_moments& other) {
        GRADUS_EXPECT(other.width() == width());
        if (other.tokens_ == 0) { return; }
        for (index_t j = 0; j < width(); ++j) {
            join(j, other.tokens_, other.mean_[j], other.squares_[j], other.magnitudes_[j]);
        }
        tokens_ += other.tokens_;
    }

  private:
    [[nodiscard]] double per_token(double sum) const {
        return tokens_ == 0 ? 0.0 : sum / static_cast<double>(tokens_);
    }

    /// Two passes over a strip of a run: sums of floats have no products that could be fused, and
    /// `rounded` keeps those of the second pass apart.
    static void measure(weights_view x, double* mean, double* squares, double* magnitudes) {
        for (index_t t = 0; t < x.rows; ++t) {
            const float* row = x.data + t * x.stride;
            for (index_t j = 0; j < x.cols; ++j) {
                const auto value = static_cast<double>(row[j]);
                mean[j] += value;
                magnitudes[j] += magnitude(value);
            }
        }
        for (index_t j = 0; j < x.cols; ++j) {
            mean[j] /= static_cast<double>(x.rows);
        }
        for (index_t t = 0; t < x.rows; ++t) {
            const float* row = x.data + t * x.stride;
            for (index_t j = 0; j < x.cols; ++j) {
                const double from_mean = static_cast<double>(row[j]) - mean[j];
                squares[j] += rounded(from_mean * from_mean);
            }
        }
    }

    /// Written so that it is symmetric in the two sides to the last bit; the first tokens are
    /// taken as they are.
    void join(index_t j, index_t count, double mean, double squares, double magnitudes) {
        magnitudes_[j] += magnitudes;
        if (tokens_ == 0) {
            mean_[j] = mean;
            squares_[j] = squares;
            return;
        }
        const auto here = static_cast<double>(tokens_);
        const auto there = static_cast<double>(count);
        const double between = mean_[j] - mean;
        const double weight = here * there / (here + there);
        mean_[j] = (rounded(here * mean_[j]) + rounded(there * mean)) / (here + there);
        squares_[j] = (squares_[j] + squares) + rounded(rounded(between * between) * weight);
    }

    index_t tokens_ = 0;
    std::vector<double> mean_;
    std::vector<double> squares_;
    std::vector<double> magnitudes_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

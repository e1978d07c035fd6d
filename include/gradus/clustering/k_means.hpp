// SPDX-License-Identifier: MIT
// k-means with spread-out starts, the same on every run.
#pragma once

#include <gradus/clustering/first_order.hpp>
#include <gradus/core/random.hpp>
#include <gradus/core/real.hpp>

#include <algorithm>
#include <span>

namespace gradus {

struct k_means_options {
    std::uint64_t seed = 42;
    int restarts = 10;
    int iterations = 300;
    double tolerance = 1e-4;  ///< of the mean variance: centres that move less have settled
};

inline namespace GRADUS_ISA {

struct k_means_result {
    std::vector<cluster_id> labels;  ///< numbered by first occurrence
    double inertia = 0.0;            ///< sum of squared distances to the centres
};

/// One start of k-means. Centres are drawn with probability proportional to the squared distance to
/// those already there; an empty cluster takes the point that is farthest from its own centre.
/// Source: Arthur, Vassilvitskii 2007, "k-means++"; Lloyd 1957/1982 for the iteration.
class k_means_start {
  public:
    k_means_start(matrix_view<const double> points, index_t count, random_key key)
        : points_{points}, count_{count}, labels_(points.rows, 0), distance_(points.rows) {
        centres_.reserve(count * points.cols);
        add_centre(key.below(points.rows, 0));
        for (index_t i = 0; i < points.rows; ++i) {
            distance_[i] = to_centre(i, 0);
        }
        for (index_t c = 1; c < count; ++c) {
            add_centre(draw(key.uniform(c)));
            for (index_t i = 0; i < points.rows; ++i) {
                distance_[i] = std::min(distance_[i], to_centre(i, c));
            }
        }
    }

    [[nodiscard]] k_means_result run(int iterations, double least_move) {
        for (int n = 0; n < iterations; ++n) {
            assign();
            if (move_centres() <= least_move) { break; }
        }
        assign();
        fill_empty();
        k_means_result found{labels_, 0.0};
        for (const double d : distance_) {
            found.inertia += d;
        }
        number_by_first(found.labels);
        return found;
    }

  private:
    double to_centre(index_t i, index_t c) const {
        double sum = 0.0;
        for (index_t d = 0; d < points_.cols; ++d) {
            const double off = points_(i, d) - centres_[c * points_.cols + d];
            sum += rounded(off * off);
        }
        return sum;
    }

    void add_centre(index_t point) {
        const auto row = points_.row(point);
        centres_.insert(centres_.end(), row.begin(), row.end());
    }

    /// A point, with probability proportional to its distance; the last one where all are 0.
    index_t draw(double share) const {
        double total = 0.0;
        for (const double d : distance_) {
            total += d;
        }
        double left = share * total;
        for (index_t i = 0; i + 1 < distance_.size(); ++i) {
            left -= distance_[i];
            if (left < 0.0) { return i; }
        }
        return distance_.size() - 1;
    }

    void assign() {
        for (index_t i = 0; i < points_.rows; ++i) {
            distance_[i] = to_centre(i, 0);
            labels_[i] = 0;
            for (cluster_id c = 1; c < count_; ++c) {
                const double d = to_centre(i, c);
                if (d < distance_[i]) {
                    distance_[i] = d;
                    labels_[i] = c;
                }
            }
        }
    }

    std::vector<index_t> sizes() const {
        std::vector<index_t> found(count_, 0);
        for (const cluster_id c : labels_) {
            ++found[c];
        }
        return found;
    }

    /// Gives every empty cluster the point that fits worst where it is.
    void fill_empty() {
        auto members = sizes();
        for (cluster_id c = 0; c < count_; ++c) {
            if (members[c] != 0) { continue; }
            index_t worst = points_.rows;
            for (index_t i = 0; i < points_.rows; ++i) {
                if (members[labels_[i]] < 2) { continue; }
                if (worst == points_.rows || distance_[i] > distance_[worst]) { worst = i; }
            }
            --members[labels_[worst]];
            ++members[c];
            labels_[worst] = c;
            distance_[worst] = 0.0;
        }
    }

    /// Puts every centre to the mean of its points. Returns the sum of squared moves.
    double move_centres() {
        fill_empty();
        const auto members = sizes();
        std::vector<double> sums(centres_.size(), 0.0);
        for (index_t i = 0; i < points_.rows; ++i) {
            for (index_t d = 0; d < points_.cols; ++d) {
                sums[labels_[i] * points_.cols + d] += points_(i, d);
            }
        }
        double moved = 0.0;
        for (index_t n = 0; n < sums.size(); ++n) {
            const double mean = sums[n] / static_cast<double>(members[n / points_.cols]);
            moved += rounded((mean - centres_[n]) * (mean - centres_[n]));
            centres_[n] = mean;
        }
        return moved;
    }

    matrix_view<const double> points_;
    index_t count_;
    std::vector<double> centres_;  // [count, dimensions]
    std::vector<cluster_id> labels_;
    std::vector<double> distance_;  // squared, to the centre of the own cluster
};

/// Mean over dimensions of the variance of the points.
[[nodiscard]] inline double mean_variance(matrix_view<const double> points) {
    double total = 0.0;
    const auto count = static_cast<double>(points.rows);
    for (index_t d = 0; d < points.cols; ++d) {
        double sum = 0.0;
        double square = 0.0;
        for (index_t i = 0; i < points.rows; ++i) {
            sum += points(i, d);
        }
        for (index_t i = 0; i < points.rows; ++i) {
            const double off = points(i, d) - sum / count;
            square += rounded(off * off);
        }
        total += square / count;
    }
    return points.cols == 0 ? 0.0 : total / static_cast<double>(points.cols);
}

/// The best of several starts, by inertia; of equal ones the first. 1 <= count <= points, all
/// finite.
[[nodiscard]] inline k_means_result
k_means(matrix_view<const double> points,  // [points, dimensions]
        index_t count,
        const k_means_options& options = {}) {
    GRADUS_EXPECT(1 <= count && count <= points.rows && options.restarts > 0);
    const double least_move = options.tolerance * mean_variance(points);
    k_means_result best;
    for (int n = 0; n < options.restarts; ++n) {
        const auto key = random_key::of(options.seed, static_cast<std::uint64_t>(n));
        auto found = k_means_start{points, count, key}.run(options.iterations, least_move);
        if (n == 0 || found.inertia < best.inertia) { best = std::move(found); }
    }
    return best;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// A float cache that learns what errors of its keys and values would do.
#pragma once

#include <gradus/cache/f32_cache.hpp>
#include <gradus/kv_plan/head_statistics.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// The statistics of one layer, and what it takes to gather them.
class layer_recorder {
  public:
    /// `output` is W_o, [hidden, query heads * width].
    layer_recorder(weights_view output, index_t heads, index_t width)
        : width_{width},
          query_heads_{output.cols / width},
          gram_(query_heads_ * width * width, 0.0),
          heads_(heads) {
        GRADUS_EXPECT(heads > 0 && output.cols % (heads * width) == 0);
        for (index_t h = 0; h < query_heads_; ++h) {
            add_gram(output.columns(h * width, width), &gram_[h * width * width]);
        }
        for (head_statistics& head : heads_) {
            head.width = width;
            head.query_energy.assign(width, 0.0);
            head.key_weights.assign(width, 0.0);
            head.value_weights.assign(width, 0.0);
        }
    }

    [[nodiscard]] const std::vector<head_statistics>& sums() const noexcept { return heads_; }

    /// Means in place of sums.
    [[nodiscard]] std::vector<head_statistics> finish() const {
        std::vector<head_statistics> done = heads_;
        for (head_statistics& head : done) {
            for (double& energy : head.query_energy) {
                energy /= static_cast<double>(std::max<index_t>(head.queries, 1));
            }
            for (std::vector<double>* weights : {&head.key_weights, &head.value_weights}) {
                for (double& weight : *weights) {
                    weight /= static_cast<double>(std::max<index_t>(head.tokens, 1));
                }
            }
        }
        return done;
    }

    /// One whole sequence: queries of all its tokens, its keys and values.
    void add(matrix_view<const float> queries,   // [tokens, query heads * width]
             matrix_view<const float> keys,      // [tokens, heads * width]
             matrix_view<const float> values) {  // [tokens, heads * width]
        GRADUS_EXPECT(queries.rows == keys.rows && queries.cols == query_heads_ * width_);
        const index_t sharing = query_heads_ / heads_.size();
        for (index_t h = 0; h < heads_.size(); ++h) {
            head_statistics& head = heads_[h];
            const auto k = keys.columns(h * width_, width_);
            const auto v = values.columns(h * width_, width_);
            const index_t before = head.tokens;
            head.starts.push_back(before);
            for (index_t t = 0; t < k.rows; ++t) {
                head.keys.insert(head.keys.end(), k.row(t).begin(), k.row(t).end());
                head.values.insert(head.values.end(), v.row(t).begin(), v.row(t).end());
            }
            head.tokens += k.rows;
            head.peaks.resize(head.tokens, 0.0f);
            for (index_t s = 0; s < sharing; ++s) {
                const index_t q = h * sharing + s;
                add_queries(head, &gram_[q * width_ * width_], queries.columns(q * width_, width_),
                            k, v, std::span{head.peaks}.subspan(before));
            }
        }
    }

  private:
    void add_gram(weights_view columns, double* gram) const {
        for (index_t r = 0; r < columns.rows; ++r) {
            const auto row = columns.row(r);
            for (index_t i = 0; i < width_; ++i) {
                for (index_t j = 0; j < width_; ++j) {
                    gram[i * width_ + j] +=
                        static_cast<double>(row[i]) * static_cast<double>(row[j]);
                }
            }
        }
    }

    [[nodiscard]] static double dot(const double* a, floats b) {
        double sum = 0.0;
        for (index_t i = 0; i < b.size(); ++i) {
            sum += a[i] * static_cast<double>(b[i]);
        }
        return sum;
    }

    /// M x.
    [[nodiscard]] std::vector<double> times_gram(const double* gram,
                                                 const std::vector<double>& x) const {
        std::vector<double> y(width_, 0.0);
        for (index_t i = 0; i < width_; ++i) {
            for (index_t j = 0; j < width_; ++j) {
                y[i] += gram[i * width_ + j] * x[j];
            }
        }
        return y;
    }

    [[nodiscard]] std::vector<double>
    attention_of(floats query, matrix_view<const float> k, index_t visible) const {
        const std::vector<double> q(query.begin(), query.end());
        std::vector<double> a(visible);
        double most = -HUGE_VAL;
        for (index_t t = 0; t < visible; ++t) {
            a[t] = dot(q.data(), k.row(t)) / std::sqrt(static_cast<double>(width_));
            most = std::max(most, a[t]);
        }
        double total = 0.0;
        for (double& x : a) {
            total += x = std::exp(x - most);
        }
        for (double& x : a) {
            x /= total;
        }
        return a;
    }

    void add_queries(head_statistics& head,
                     const double* gram,
                     matrix_view<const float> queries,
                     matrix_view<const float> k,
                     matrix_view<const float> v,
                     std::span<float> peaks) {
        std::vector<double> lengths(v.rows);  // v' M v
        for (index_t t = 0; t < v.rows; ++t) {
            const auto row = v.row(t);
            lengths[t] = dot(times_gram(gram, {row.begin(), row.end()}).data(), row);
        }
        for (index_t i = 0; i < queries.rows; ++i) {
            const auto query = queries.row(i);
            const std::vector<double> a = attention_of(query, k, i + 1);
            std::vector<double> mixed(width_, 0.0);
            for (index_t t = 0; t <= i; ++t) {
                for (index_t d = 0; d < width_; ++d) {
                    mixed[d] += a[t] * static_cast<double>(v(t, d));
                }
            }
            const std::vector<double> image = times_gram(gram, mixed);
            const double length =
                std::inner_product(mixed.begin(), mixed.end(), image.begin(), 0.0);
            double spread = 0.0;
            double squares = 0.0;
            for (index_t t = 0; t <= i; ++t) {
                const double distance = lengths[t] - 2.0 * dot(image.data(), v.row(t)) + length;
                spread += a[t] * a[t] * std::max(distance, 0.0);
                squares += a[t] * a[t];
                peaks[t] = std::max(peaks[t], static_cast<float>(a[t]));
            }
            add_query(head, gram, query, spread, squares);
        }
    }

    void add_query(head_statistics& head,
                   const double* gram,
                   floats query,
                   double spread,
                   double squares) const {
        double energy = 0.0;
        for (index_t d = 0; d < width_; ++d) {
            const double square = static_cast<double>(query[d]) * static_cast<double>(query[d]);
            energy += square;
            head.query_energy[d] += square;
            head.key_weights[d] += spread * square / static_cast<double>(width_);
            head.value_weights[d] += squares * gram[d * width_ + d];
        }
        head.energies.push_back(static_cast<float>(energy));
        ++head.queries;
    }

    index_t width_;
    index_t query_heads_;
    std::vector<double> gram_;  // [query heads, width, width]
    std::vector<head_statistics> heads_;
};

/// Answers as f32_cache does, and shows a recorder every sequence that is appended as one block.
class recording_cache {
  public:
    static constexpr key_storage keys = key_storage::after_position;

    recording_cache(cache_shape shape, layer_recorder& recorder)
        : exact_{shape}, recorder_{&recorder} {}

    void append(matrix_view<const float> new_keys, matrix_view<const float> new_values) {
        GRADUS_EXPECT(exact_.length() == 0);
        exact_.append(new_keys, new_values);
        keys_ = new_keys;
        values_ = new_values;
    }

    void attend(matrix_view<const float> queries, matrix_view<float> out) {
        recorder_->add(queries, keys_, values_);
        exact_.attend(queries, out);
    }

    [[nodiscard]] index_t length() const noexcept { return exact_.length(); }

    [[nodiscard]] index_t capacity() const noexcept { return exact_.capacity(); }

    [[nodiscard]] index_t size_in_bytes() const noexcept { return exact_.size_in_bytes(); }

    void truncate(index_t length) { exact_.truncate(length); }

    void reset() noexcept { exact_.reset(); }

  private:
    f32_cache exact_;
    layer_recorder* recorder_;
    matrix_view<const float> keys_;
    matrix_view<const float> values_;
};

static_assert(kv_cache<recording_cache>);

}  // namespace GRADUS_ISA
}  // namespace gradus

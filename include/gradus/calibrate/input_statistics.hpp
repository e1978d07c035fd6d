// SPDX-License-Identifier: MIT
// All that is known about one input of linear layers, shared by every matrix that reads it.
#pragma once

#include <gradus/calibrate/channel_moments.hpp>
#include <gradus/calibrate/cross_moments.hpp>
#include <gradus/calibrate/second_moments.hpp>
#include <gradus/core/result.hpp>
#include <gradus/quantize/check_weights.hpp>

#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// What is summed up beside the moments of each channel.
struct statistics_parts {
    bool products = true;  ///< X^T X
    bool cross = false;    ///< Z^T X with the dense model's input Z

    friend bool operator==(const statistics_parts&, const statistics_parts&) = default;
};

/// Statistics of an input of `width` channels; T is the type of the sums of products.
///
/// Bits:   they depend on the batches and their order, not on the executor: each batch is cut into
///         runs of `token_run` tokens, and a run is the unit of every sum.
/// Errors: `nonfinite` names input, channel and token; of such a batch nothing is added.
template <std::floating_point T = float> class input_statistics {
  public:
    input_statistics(std::string name, index_t width, statistics_parts parts = {})
        : name_{std::move(name)}, moments_{width} {
        if (parts.products) { products_.emplace(width); }
        if (parts.cross) { cross_.emplace(width); }
    }

    /// For values from elsewhere, e.g. a file; all of one width.
    input_statistics(std::string name,
                     index_t batches,
                     channel_moments moments,
                     std::optional<second_moments<T>> products,
                     std::optional<cross_moments<T>> cross)
        : name_{std::move(name)},
          batches_{batches},
          moments_{std::move(moments)},
          products_{std::move(products)},
          cross_{std::move(cross)} {
        GRADUS_EXPECT(!products_ || products_->width() == width());
        GRADUS_EXPECT(!cross_ || cross_->width() == width());
    }

    /// Bytes that one object holds for good, and while it adds a batch.
    [[nodiscard]] static constexpr index_t memory(index_t width, statistics_parts parts = {}) {
        const index_t kept =
            3 * width * sizeof(double) +
            (parts.products ? second_moments<T>::entries_of(width) : 0) * sizeof(T) +
            (parts.cross ? width * width : 0) * sizeof(T);
        const index_t copies = parts.cross ? 2 : parts.products ? 1 : 0;
        return kept + copies * token_panels::bytes(width);
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    [[nodiscard]] index_t width() const noexcept { return moments_.width(); }

    [[nodiscard]] index_t tokens() const noexcept { return moments_.tokens(); }

    /// Calls of `add` that succeeded: where an interrupted job goes on.
    [[nodiscard]] index_t batches() const noexcept { return batches_; }

    [[nodiscard]] statistics_parts parts() const noexcept {
        return {products_.has_value(), cross_.has_value()};
    }

    [[nodiscard]] const channel_moments& moments() const noexcept { return moments_; }

    [[nodiscard]] const second_moments<T>& products() const {
        GRADUS_EXPECT(products_.has_value());
        return *products_;
    }

    [[nodiscard]] const cross_moments<T>& cross() const {
        GRADUS_EXPECT(cross_.has_value());
        return *cross_;
    }

    /// Frees Z^T X: nothing more can be added as pairs.
    void drop_cross() noexcept { cross_.reset(); }

    /// Adds a batch, without cross products.
    template <executor E = const serial>
    [[nodiscard]] status add(weights_view x, E&& threads = serial{}) {  // x [tokens, width]
        GRADUS_EXPECT(!cross_.has_value());
        return add_batch(x, nullptr, threads);
    }

    /// Adds a batch as the dense model and as this one have it; only cross products read `dense`.
    template <executor E = const serial>
    [[nodiscard]] status add_pair(weights_view dense,  // [tokens, width]
                                  weights_view x,      // [tokens, width]
                                  E&& threads = serial{}) {
        GRADUS_EXPECT(cross_.has_value() && dense.rows == x.rows);
        return add_batch(x, &dense, threads);
    }

    /// Adds what another worker has seen. Exchanging the two gives the same bits; of several, the
    /// order counts: merge them in one order, whichever worker is ready first.
    /// Errors: another name, width or set of parts.
    [[nodiscard]] status merge(const input_statistics& other) {
        if (other.name_ != name_ || other.width() != width() || other.parts() != parts()) {
            return error{errc::invalid_argument,
                         "statistics of '" + name_ + "' (" + std::to_string(width()) +
                             " channels) and '" + other.name_ + "' (" +
                             std::to_string(other.width()) +
                             ") do not add up (name, width or parts differ)"};
        }
        moments_.merge(other.moments_);
        if (products_) { products_->merge(*other.products_); }
        if (cross_) { cross_->merge(*other.cross_); }
        batches_ += other.batches_;
        return done{};
    }

  private:
    template <executor E>
    [[nodiscard]] status add_batch(weights_view x, const weights_view* dense, E& threads) {
        if (status finite = check_finite(x, ""); !finite) { return finite; }
        if (dense != nullptr) {
            if (status finite = check_finite(*dense, " of the dense model"); !finite) {
                return finite;
            }
        }
        std::optional<token_panels> packed;
        std::optional<token_panels> packed_dense;
        if (products_ || cross_) { packed.emplace(width()); }
        if (cross_) { packed_dense.emplace(width()); }
        for (index_t first = 0; first < x.rows; first += token_run) {
            const index_t count = std::min(token_run, x.rows - first);
            moments_.add_run(x.block(first, count), threads);
            if (packed) { packed->pack(x.block(first, count), threads); }
            if (products_) { products_->add_run(*packed, threads); }
            if (!cross_) { continue; }
            packed_dense->pack(dense->block(first, count), threads);
            cross_->add_run(*packed_dense, *packed, threads);
        }
        ++batches_;
        return done{};
    }

    [[nodiscard]] status check_finite(weights_view x, const char* whose) const {
        GRADUS_EXPECT(x.cols == width());
        for (index_t t = 0; t < x.rows; ++t) {
            if (all_finite(x.row(t))) { continue; }
            index_t j = 0;
            while (std::isfinite(x(t, j))) {
                ++j;
            }
            return error{errc::nonfinite,
                         "input '" + name_ + "'" + whose + ": channel " + std::to_string(j) +
                             " is " + (std::isnan(x(t, j)) ? "NaN" : "infinite") + " at token " +
                             std::to_string(tokens() + t) + " (did an earlier layer overflow?)"};
        }
        return done{};
    }

    std::string name_;
    index_t batches_ = 0;
    channel_moments moments_;
    std::optional<second_moments<T>> products_;
    std::optional<cross_moments<T>> cross_;
};

/// The statistics of the tokens of both; see the member.
template <std::floating_point T>
[[nodiscard]] result<input_statistics<T>> merge(input_statistics<T> a,
                                                const input_statistics<T>& b) {
    if (status merged = a.merge(b); !merged) { return merged.error(); }
    return a;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

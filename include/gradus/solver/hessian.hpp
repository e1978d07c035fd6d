// SPDX-License-Identifier: MIT
// The curvature of a linear layer's squared error, summed up over tokens.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/linalg/gram.hpp>
#include <gradus/quantize/check_weights.hpp>

#include <string>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// H = 2/t sum_t x_t x_t^T over t tokens: the second derivative of the mean of ||(W - Q) x||^2 with
/// respect to a row of Q. One serves all matrices that read the same input.
///
/// Memory: n^2 values. Bits: as `multiply`; they depend on the batches, not on the executor.
template <class T = float> class hessian {
  public:
    /// `name`: of the input, for messages.
    explicit hessian(index_t n, std::string name = "input")
        : n_{n}, name_{std::move(name)}, sums_(n * n) {}

    /// x [tokens, n]. Errors: NaN or infinity, by token and column; nothing is added then.
    template <executor E = const serial>
    [[nodiscard]] status accumulate(weights_view x, E&& threads = serial{}) {
        GRADUS_EXPECT(x.cols == n_);
        for (index_t t = 0; t < x.rows; ++t) {
            if (!all_finite(x.row(t))) { return nonfinite_input(x, t); }
        }
        if constexpr (std::is_same_v<T, float>) {
            add_gram<T>(x, lower(), threads);
        } else {
            const std::vector<T> wide = widened(x);
            add_gram<T>({wide.data(), x.rows, n_}, lower(), threads);
        }
        tokens_ += x.rows;
        return done{};
    }

    /// Adds what another worker has summed up. Errors: another width.
    [[nodiscard]] status merge(const hessian& other) {
        if (other.n_ != n_) {
            return error{errc::invalid_argument, "Hessians of " + std::to_string(n_) + " and " +
                                                     std::to_string(other.n_) + " columns"};
        }
        for (index_t j = 0; j < n_; ++j) {
            for (index_t i = 0; i <= j; ++i) {
                sums_[j * n_ + i] += other.sums_[j * n_ + i];
            }
        }
        tokens_ += other.tokens_;
        return done{};
    }

    [[nodiscard]] index_t size() const noexcept { return n_; }

    [[nodiscard]] index_t tokens() const noexcept { return tokens_; }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// The sums without the factor 2 / tokens; only the lower triangle counts.
    [[nodiscard]] matrix_view<T> lower() noexcept { return {sums_.data(), n_, n_}; }

    [[nodiscard]] matrix_view<const T> lower() const noexcept { return {sums_.data(), n_, n_}; }

    /// For sums from elsewhere, e.g. a file: X X^T of so many tokens, lower triangle.
    void assign(matrix_view<const T> sums, index_t tokens) {
        GRADUS_EXPECT(sums.rows == n_ && sums.cols == n_);
        for (index_t j = 0; j < n_; ++j) {
            std::copy_n(sums.row(j).data(), j + 1, sums_.data() + j * n_);
        }
        tokens_ = tokens;
    }

    /// H_jj.
    [[nodiscard]] T curvature(index_t j) const {
        return T(2) * sums_[j * n_ + j] / static_cast<T>(std::max<index_t>(tokens_, 1));
    }

    /// Gives the sums away.
    [[nodiscard]] std::vector<T> release() && noexcept { return std::move(sums_); }

  private:
    [[nodiscard]] error nonfinite_input(weights_view x, index_t t) const {
        index_t c = 0;
        while (std::isfinite(x(t, c))) {
            ++c;
        }
        return {errc::nonfinite, "column " + std::to_string(c) + " of '" + name_ + "', token " +
                                     std::to_string(tokens_ + t) +
                                     ", is not finite (did an activation overflow?)"};
    }

    [[nodiscard]] std::vector<T> widened(weights_view x) const {
        std::vector<T> wide(x.rows * n_);
        for (index_t t = 0; t < x.rows; ++t) {
            std::copy_n(x.row(t).data(), n_, wide.data() + t * n_);
        }
        return wide;
    }

    index_t n_;
    std::string name_;
    std::vector<T> sums_;
    index_t tokens_ = 0;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

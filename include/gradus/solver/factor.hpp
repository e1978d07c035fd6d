// SPDX-License-Identifier: MIT
// The damped Hessian and its factor: what every matrix that reads one input shares.
#pragma once

#include <gradus/linalg/cholesky.hpp>
#include <gradus/simd/transpose_values.hpp>
#include <gradus/solver/damping.hpp>
#include <gradus/solver/hessian.hpp>

#include <cstdint>

namespace gradus {
inline namespace GRADUS_ISA {

/// What it took to factor a Hessian.
struct factor_report {
    double damping = 0.0;       ///< the share that was added in the end
    int retries = 0;            ///< how often the damping had to grow tenfold
    bool float64 = false;       ///< whether even that failed, and double did it
    index_t failed_column = 0;  ///< of the last failed attempt, if there was one
    index_t dead_columns = 0;   ///< inputs that were (almost) always zero
};

/// With s_j = sqrt(H_jj) and the damped H = S (C + D) S, C of unit diagonal:
///
///     C + D = F^T F, F in the lower triangle of `values`; C above it, for checks and retries
///     U_ij = s_i F_ji, H = U U^T upper triangular
///
/// A dead column (H_jj <= 1e-12 of the largest) has s_j = 1, no neighbours and weights of zero.
template <class T> struct obs_factor {
    index_t size = 0;
    std::string name;
    std::vector<T> values;           ///< [n, n]
    std::vector<T> added;            ///< [n] D, the damping of the unit diagonal
    std::vector<T> root;             ///< [n] s_j
    std::vector<std::uint8_t> dead;  ///< [n]
    factor_report report;

    [[nodiscard]] matrix_view<T> view() { return {values.data(), size, size}; }

    [[nodiscard]] matrix_view<const T> view() const { return {values.data(), size, size}; }

    /// U_jj: the price of an error in column j once all later columns have answered is its square.
    [[nodiscard]] T pivot(index_t j) const { return values[j * size + j] * root[j]; }

    /// H_jj with damping.
    [[nodiscard]] T stiffness(index_t j) const { return root[j] * root[j] * (T(1) + added[j]); }

    /// H_jj without damping; 0 for a dead column.
    [[nodiscard]] float curvature(index_t j) const {
        return dead[j] != 0 ? 0.0f : static_cast<float>(root[j] * root[j]);
    }
};

/// What the damping is a share of, for the rules that have one amount for all columns.
template <class T> [[nodiscard]] T typical_curvature(std::vector<T> curvatures, damping_rule rule) {
    const index_t n = curvatures.size();
    if (rule == damping_rule::median) {
        const auto middle = curvatures.begin() + static_cast<std::ptrdiff_t>(n / 2);
        std::nth_element(curvatures.begin(), middle, curvatures.end());
        return *middle;
    }
    T total = 0;
    for (const T curvature : curvatures) {
        total += curvature;
    }
    return total / static_cast<T>(n);
}

/// s_j, dead columns and the damped unit diagonal. Errors: a sum that overflowed.
template <class T>
[[nodiscard]] status prepare_diagonal(const hessian<T>& h, const damping& how, obs_factor<T>& f) {
    const index_t n = h.size();
    T largest = 0;
    std::vector<T> curvatures(n);
    GRADUS_EXPECT(how.scales.empty() || how.scales.size() == n);
    const auto squared_scale = [&](index_t j) {
        return how.scales.empty() ? T(1) : static_cast<T>(how.scales[j] * how.scales[j]);
    };
    for (index_t j = 0; j < n; ++j) {
        const T curvature = h.curvature(j);
        if (!std::isfinite(curvature)) {
            return error{errc::nonfinite, "the Hessian of '" + h.name() + "' overflows in column " +
                                              std::to_string(j) + " (outliers beyond 1e18?)"};
        }
        largest = std::max(largest, curvature);
        curvatures[j] = curvature * squared_scale(j);
    }
    if (largest == T(0)) {
        return error{errc::no_effect, "the Hessian of '" + h.name() +
                                          "' is zero (no tokens, or only zeros); calibrate first"};
    }
    const double share = how.share(n, h.tokens());
    f.report.damping = share;
    const T one = typical_curvature(std::move(curvatures), how.rule);
    for (index_t j = 0; j < n; ++j) {
        const T curvature = h.curvature(j);
        f.dead[j] = curvature <= T(1e-12) * largest;
        f.report.dead_columns += f.dead[j];
        f.root[j] = f.dead[j] != 0 ? T(1) : std::sqrt(curvature);
        const T relative = one / (f.root[j] * f.root[j] * squared_scale(j));
        f.added[j] = static_cast<T>(share) * (how.rule == damping_rule::column ? T(1) : relative);
    }
    return done{};
}

/// 16 by 16 values of C: from the sums in rows [j, j + rows), columns [i, i + cols), to both
/// triangles.
template <class T>
void mirror_square(matrix_view<T> v,
                   std::span<const T> inverse,
                   T scale,
                   index_t j,
                   index_t i,
                   index_t rows,
                   index_t cols) {
    T square[16][16];
    if (rows == 16 && cols == 16 && i + 16 <= j) {
        for (index_t r = 0; r < 16; ++r) {
            T* const low = v.data + (j + r) * v.stride + i;
            const T factor = scale * inverse[j + r];
            for (index_t c = 0; c < 16; ++c) {
                low[c] = low[c] * factor * inverse[i + c];
            }
        }
        return simd::transpose_square(v.data + j * v.stride + i, v.stride,
                                      v.data + i * v.stride + j, v.stride);
    }
    for (index_t r = 0; r < rows; ++r) {
        T* const low = v.data + (j + r) * v.stride + i;
        const T factor = scale * inverse[j + r];
        for (index_t c = 0; c < cols; ++c) {
            low[c] = low[c] * factor * inverse[i + c];
            square[c][r] = low[c];
        }
    }
    for (index_t c = 0; c < cols; ++c) {
        T* const high = v.data + (i + c) * v.stride + j;
        for (index_t r = 0; r < rows; ++r) {
            if (j + r > i + c) { high[r] = square[c][r]; }
        }
    }
}

/// C in both triangles and C + D on the diagonal, from the lower triangle of the sums.
template <class T, executor E> void mirror_scaled(T scale, obs_factor<T>& f, E& threads) {
    const matrix_view<T> v = f.view();
    constexpr index_t side = 16;
    const index_t n = f.size;
    std::vector<T> inverse(n);  // 0 for dead columns: they have no neighbours
    for (index_t j = 0; j < n; ++j) {
        inverse[j] = f.dead[j] != 0 ? T(0) : T(1) / f.root[j];
    }
    threads.for_each((n + side - 1) / side, [&](index_t band) {
        const index_t j = band * side;
        const index_t rows = std::min(side, n - j);
        for (index_t i = 0; i <= j; i += side) {
            mirror_square<T>(v, inverse, scale, j, i, rows, std::min(side, n - i));
        }
        for (index_t r = j; r < j + rows; ++r) {
            v(r, r) = T(1) + f.added[r];
        }
    });
}

/// The lower triangle of C + D in type To, from the upper one of `from`.
template <class To, class T, executor E>
void restore_lower(const obs_factor<T>& from, T extra, matrix_view<To> to, E& threads) {
    const matrix_view<const T> v = from.view();
    constexpr index_t side = 32;
    const index_t n = from.size;
    threads.for_each((n + side - 1) / side, [&](index_t band) {
        const index_t end = std::min(n, (band + 1) * side);
        for (index_t left = 0; left < end; left += side) {
            for (index_t j = band * side; j < end; ++j) {
                for (index_t i = left; i < std::min(j, left + side); ++i) {
                    to(j, i) = static_cast<To>(v(i, j));
                }
            }
        }
        for (index_t j = band * side; j < end; ++j) {
            to(j, j) = To(1) + static_cast<To>(from.added[j] * extra);
        }
    });
}

/// The last resort: the factor in double, rounded to T. Returns the column where even that fails.
template <class T, executor E>
[[nodiscard]] std::optional<index_t> factor_in_double(obs_factor<T>& f, T extra, E& threads) {
    std::vector<double> wide(f.size * f.size);
    const matrix_view<double> all{wide.data(), f.size, f.size};
    restore_lower<double>(f, extra, all, threads);
    if (const auto bad = cholesky(all, threads)) { return bad; }
    for (index_t j = 0; j < f.size; ++j) {
        for (index_t i = 0; i <= j; ++i) {
            f.values[j * f.size + i] = static_cast<T>(all(j, i));
        }
    }
    return std::nullopt;
}

/// Factors a Hessian in its own memory. Where it is not positive definite to the precision of T,
/// the damping grows tenfold, at most twice; then double tries, from the first damping on, up to
/// one. (H itself was summed in T, so that less damping than the precision of T may never do.) The
/// report says what was needed.
///
/// Errors: a Hessian without tokens or with an infinite sum; none that has no factor even then.
template <class T, executor E = const serial>
[[nodiscard]] result<obs_factor<T>>
factorize(hessian<T>&& h, const damping& how = {}, E&& threads = serial{}) {
    const index_t n = h.size();
    obs_factor<T> f{n, h.name(), {}, std::vector<T>(n), std::vector<T>(n), {}, {}};
    f.dead.resize(n);
    if (status sound = prepare_diagonal(h, how, f); !sound) { return sound.error(); }
    const T scale = T(2) / static_cast<T>(h.tokens());
    f.values = std::move(h).release();
    mirror_scaled(scale, f, threads);
    T extra = 1;
    std::optional<index_t> bad;
    for (;;) {
        bad = cholesky(f.view(), threads);
        if (!bad || f.report.retries == 2) { break; }
        f.report.failed_column = *bad;
        ++f.report.retries;
        extra *= T(10);
        restore_lower<T>(f, extra, f.view(), threads);
    }
    f.report.float64 = bad.has_value();
    for (T more = 1; bad && static_cast<T>(f.report.damping) * more <= T(1); more *= T(10)) {
        f.report.failed_column = *bad;
        extra = more;
        bad = factor_in_double(f, extra, threads);
    }
    if (bad) {
        return error{errc::invalid_argument, "the Hessian of '" + f.name +
                                                 "' has no factor (column " + std::to_string(*bad) +
                                                 "); more tokens or more damping?"};
    }
    f.report.damping *= static_cast<double>(extra);
    for (T& d : f.added) {
        d *= extra;
    }
    return f;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

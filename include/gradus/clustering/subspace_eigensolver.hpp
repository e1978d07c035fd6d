// SPDX-License-Identifier: MIT
// A few eigenvectors of a large symmetric matrix, from products with it alone.
#pragma once

#include <gradus/clustering/jacobi.hpp>
#include <gradus/core/random.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace gradus {
inline namespace GRADUS_ISA {

/// A block of vectors that a polynomial of the matrix turns towards the smallest eigenvalues.
///
/// Matrix and vectors are rounded to float before they meet: a product of two floats is exact in
/// double, so that sums have the same bits with and without fused operations, at full vector speed.
class filtered_subspace {
  public:
    filtered_subspace(matrix_view<const double> a, index_t width, random_key key)
        : n_{a.rows}, width_{width}, values_(width), vectors_(n_ * width), images_(n_ * width) {
        matrix_.reserve(n_ * n_);
        for (index_t i = 0; i < n_; ++i) {
            double reach = 0.0;
            for (const double entry : a.row(i)) {
                matrix_.push_back(static_cast<float>(entry));
                reach += magnitude(entry);
            }
            top_ = i == 0 ? reach : greatest(top_, reach);
        }
        for (index_t e = 0; e < vectors_.size(); ++e) {
            vectors_[e] = key.uniform(e) - 0.5;
        }
    }

    /// Makes the vectors the best approximations within the space that they span. Returns the
    /// largest residual |A v - value v| of the first `count`, relative to the norm of the matrix.
    double improve(index_t count) {
        orthonormalise();
        images_ = product(vectors_);
        square_matrix projected{width_};
        for (index_t p = 0; p < width_; ++p) {
            for (index_t q = 0; q <= p; ++q) {
                projected(p, q) = projected(q, p) = dot(vectors_, p, images_, q);
            }
        }
        const eigenpairs small = jacobi_eigenpairs(projected);
        values_ = small.values;
        vectors_ = combined(vectors_, small.vectors);
        images_ = combined(images_, small.vectors);
        double worst = 0.0;
        for (index_t k = 0; k < count; ++k) {
            double square = 0.0;
            for (index_t i = 0; i < n_; ++i) {
                const double off =
                    images_[i * width_ + k] - rounded(values_[k] * vectors_[i * width_ + k]);
                square += rounded(off * off);
            }
            worst = greatest(worst, square_root(square));
        }
        return top_ > 0.0 ? worst / top_ : 0.0;
    }

    /// Applies the Chebyshev polynomial that is small on [largest value here, norm of the matrix]
    /// and grows fastest below. Source: Zhou, Saad, Tiago, Chelikowsky 2006, J. Comput. Phys. 219,
    /// 172.
    void filter(int degree) {
        const double half = (top_ - values_.back()) / 2.0;
        const double centre = (top_ + values_.back()) / 2.0;
        const double below = centre - values_.front();
        if (!(half > 0.0) || !(below > half)) { return; }  // all values are equal
        double sigma = -half / below;
        const double twice = 2.0 / sigma;
        std::vector<double> before = vectors_;
        vectors_ = step(images_, vectors_, centre, sigma / half, before, 0.0);
        for (int d = 2; d <= degree; ++d) {
            const double next = 1.0 / (twice - sigma);
            auto after = step(product(vectors_), vectors_, centre, 2.0 * next / half, before,
                              rounded(sigma * next));
            before = std::move(vectors_);
            vectors_ = std::move(after);
            sigma = next;
        }
    }

    [[nodiscard]] eigenpairs first(index_t count) const {
        eigenpairs found;
        found.values.assign(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(count));
        for (index_t i = 0; i < n_; ++i) {
            for (index_t k = 0; k < count; ++k) {
                found.vectors.push_back(vectors_[i * width_ + k]);
            }
        }
        return found;
    }

  private:
    /// A x, column by column. Rounds `x` to float on the way.
    std::vector<double> product(std::vector<double>& x) const {
        for (double& entry : x) {
            entry = static_cast<double>(static_cast<float>(entry));
        }
        std::vector<double> out(x.size(), 0.0);
        for (index_t i = 0; i < n_; ++i) {
            double* sums = out.data() + i * width_;
            for (index_t j = 0; j < n_; ++j) {
                const auto entry = static_cast<double>(matrix_[i * n_ + j]);
                const double* row = x.data() + j * width_;
                for (index_t k = 0; k < width_; ++k) {
                    sums[k] += entry * row[k];
                }
            }
        }
        return out;
    }

    /// (image - centre x) scale - share before.
    static std::vector<double> step(const std::vector<double>& image,
                                    const std::vector<double>& x,
                                    double centre,
                                    double scale,
                                    const std::vector<double>& before,
                                    double share) {
        std::vector<double> out(x.size());
        for (index_t e = 0; e < x.size(); ++e) {
            const double moved = image[e] - rounded(centre * x[e]);
            out[e] = rounded(moved * scale) - rounded(share * before[e]);
        }
        return out;
    }

    double
    dot(const std::vector<double>& x, index_t p, const std::vector<double>& y, index_t q) const {
        double sum = 0.0;
        for (index_t i = 0; i < n_; ++i) {
            sum += rounded(x[i * width_ + p] * y[i * width_ + q]);
        }
        return sum;
    }

    /// Gram and Schmidt, twice.
    void orthonormalise() {
        for (index_t p = 0; p < width_; ++p) {
            for (index_t q = 0; q < 2 * p; ++q) {
                const double share = dot(vectors_, p, vectors_, q % p);
                for (index_t i = 0; i < n_; ++i) {
                    vectors_[i * width_ + p] -= rounded(share * vectors_[i * width_ + q % p]);
                }
            }
            const double length = square_root(dot(vectors_, p, vectors_, p));
            for (index_t i = 0; length > 0.0 && i < n_; ++i) {
                vectors_[i * width_ + p] /= length;
            }
        }
    }

    /// x turned by a small matrix.
    std::vector<double> combined(const std::vector<double>& x,
                                 const std::vector<double>& by) const {
        std::vector<double> out(x.size(), 0.0);
        for (index_t i = 0; i < n_; ++i) {
            for (index_t p = 0; p < width_; ++p) {
                for (index_t k = 0; k < width_; ++k) {
                    out[i * width_ + k] += rounded(x[i * width_ + p] * by[p * width_ + k]);
                }
            }
        }
        return out;
    }

    index_t n_;
    index_t width_;
    double top_ = 0.0;  // the largest absolute row sum, which no eigenvalue exceeds
    std::vector<float> matrix_;
    std::vector<double> values_;
    std::vector<double> vectors_;  // [n, width]
    std::vector<double> images_;   // [n, width], A times them
};

/// The smallest eigenvalues by subspace iteration with a Chebyshev filter; a block of vectors,
/// unlike a single Krylov sequence, finds equal eigenvalues as often as they occur.
///
/// Error:  |A v - value v| <= tolerance * (largest absolute row sum), and 1e-7 of it from floats.
/// Cost:   rounds * degree * 2 n^2 (count + 8) operations; 4 n^2 bytes. The same bits on every
/// machine. Errors: no convergence in `rounds` (unsupported). Not Spectra: it throws, and nothing
/// here may need exceptions.
struct subspace_eigensolver {
    static constexpr std::string_view name = "subspace";

    double tolerance = 1e-4;
    int rounds = 200;
    int degree = 12;
    std::uint64_t seed = 42;

    [[nodiscard]] result<eigenpairs> smallest(matrix_view<const double> a, index_t count) const {
        GRADUS_EXPECT(a.rows == a.cols && 1 <= count && count <= a.rows);
        const index_t wanted = count + std::max<index_t>(8, count / 2);
        const index_t width = a.rows <= 4 * wanted ? a.rows : wanted;
        filtered_subspace space{a, width, random_key::of(seed)};
        for (int round = 0; round < rounds; ++round) {
            if (space.improve(count) <= tolerance || width == a.rows) { return space.first(count); }
            space.filter(degree);
        }
        return error{errc::unsupported, "no " + std::to_string(count) + " eigenvectors after " +
                                            std::to_string(rounds) +
                                            " rounds. Take the dense eigensolver?"};
    }
};

static_assert(eigensolver<subspace_eigensolver>);

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// All eigenvectors of a small symmetric matrix, by plane rotations.
#pragma once

#include <gradus/clustering/eigenpairs.hpp>
#include <gradus/clustering/square_matrix.hpp>
#include <gradus/core/real.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Rotates rows and columns p and q of `a` such that a_pq becomes 0, and columns p and q of
/// `vectors`.
inline void rotate_plane(square_matrix& a, square_matrix& vectors, index_t p, index_t q) {
    const double half = (a(q, q) - a(p, p)) / (2.0 * a(p, q));
    const double root = square_root(rounded(half * half) + 1.0);
    const double tangent = (half < 0.0 ? -1.0 : 1.0) / (magnitude(half) + root);
    const double cosine = 1.0 / square_root(rounded(tangent * tangent) + 1.0);
    const double sine = tangent * cosine;
    const auto turn = [&](double& x, double& y) {
        const double before = x;
        x = rounded(cosine * before) - rounded(sine * y);
        y = rounded(sine * before) + rounded(cosine * y);
    };
    for (index_t k = 0; k < a.size(); ++k) {
        turn(a(k, p), a(k, q));
    }
    for (index_t k = 0; k < a.size(); ++k) {
        turn(a(p, k), a(q, k));
        turn(vectors(k, p), vectors(k, q));
    }
}

/// Every eigenvalue and eigenvector of `a`, to about 1e-14 of its norm; the same bits on every
/// machine. O(n^3) a sweep, some ten sweeps: for n up to a hundred. `a` is symmetric. Source:
/// Jacobi 1846; Golub, Van Loan 2013, section 8.5 (the cyclic order).
[[nodiscard]] inline eigenpairs jacobi_eigenpairs(square_matrix a) {
    constexpr int sweeps = 50;
    const index_t n = a.size();
    square_matrix vectors{n};
    double norm = 0.0;
    for (index_t i = 0; i < n; ++i) {
        vectors(i, i) = 1.0;
        for (index_t j = 0; j < n; ++j) {
            norm = greatest(norm, magnitude(a(i, j)));
        }
    }
    bool rotated = true;
    for (int sweep = 0; rotated && sweep < sweeps; ++sweep) {
        rotated = false;
        for (index_t p = 0; p < n; ++p) {
            for (index_t q = p + 1; q < n; ++q) {
                if (magnitude(a(p, q)) <= 1e-16 * norm) { continue; }
                rotate_plane(a, vectors, p, q);
                rotated = true;
            }
        }
    }
    std::vector<index_t> order(n);
    for (index_t k = 0; k < n; ++k) {
        order[k] = k;
    }
    std::sort(order.begin(), order.end(),
              [&](index_t x, index_t y) { return a(x, x) != a(y, y) ? a(x, x) < a(y, y) : x < y; });
    eigenpairs found{std::vector<double>(n), std::vector<double>(n * n)};
    for (index_t k = 0; k < n; ++k) {
        found.values[k] = a(order[k], order[k]);
        for (index_t i = 0; i < n; ++i) {
            found.vectors[i * n + k] = vectors(i, order[k]);
        }
    }
    return found;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

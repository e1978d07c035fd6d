// SPDX-License-Identifier: MIT
// A few eigenvectors of a symmetric matrix, by decomposing all of it.
#pragma once

#include <gradus/clustering/eigenpairs.hpp>

#include <string_view>

// g++ 12 takes the undefined operands of its own AVX-512 intrinsics for mistakes (GCC bug 105593).
// It judges by where they are defined, so the intrinsics must be read here first.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

namespace gradus {
inline namespace GRADUS_ISA {

/// Householder and QR on the whole matrix, by Eigen: O(n^3), a second at n = 1000, and results that
/// differ in the last place between instruction sets. For cross-checks and small matrices.
struct dense_eigensolver {
    static constexpr std::string_view name = "dense";

    [[nodiscard]] result<eigenpairs> smallest(matrix_view<const double> a, index_t count) const {
        using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
        const auto n = static_cast<Eigen::Index>(a.rows);
        const Eigen::Map<const matrix, 0, Eigen::OuterStride<>> view{
            a.data, n, n, Eigen::OuterStride<>{static_cast<Eigen::Index>(a.stride)}};
        const Eigen::SelfAdjointEigenSolver<matrix> solver{view};
        if (solver.info() != Eigen::Success) {
            return error{errc::nonfinite, "the eigenvalues did not converge. NaN in the matrix?"};
        }
        eigenpairs found;
        for (index_t k = 0; k < count; ++k) {
            found.values.push_back(solver.eigenvalues()[static_cast<Eigen::Index>(k)]);
        }
        found.vectors.reserve(a.rows * count);
        for (Eigen::Index i = 0; i < n; ++i) {
            for (index_t k = 0; k < count; ++k) {
                found.vectors.push_back(solver.eigenvectors()(i, static_cast<Eigen::Index>(k)));
            }
        }
        return found;
    }
};

static_assert(eigensolver<dense_eigensolver>);

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// A layer of the reference vectors, and layers like it.
#pragma once

#include <gradus/grouping/channel.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/solver/obs.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace gradus::test {

template <int Bits, class Group = channel>
using obs_layout = layout<uniform_asymmetric<Bits>, Group, f32_scale>;

/// W [rows, cols] and H [cols, cols], in double.
struct layer {
    index_t rows;
    index_t cols;
    std::vector<double> w;
    std::vector<double> h;

    /// e H e^T of one row of the difference of two matrices.
    template <class T> [[nodiscard]] double row_error_of(const std::vector<T>& q, index_t r) const {
        double total = 0.0;
        std::vector<double> e(cols);
        for (index_t c = 0; c < cols; ++c) {
            e[c] = w[r * cols + c] - static_cast<double>(q[r * cols + c]);
        }
        for (index_t i = 0; i < cols; ++i) {
            for (index_t j = 0; j < cols; ++j) {
                total += e[i] * h[i * cols + j] * e[j];
            }
        }
        return total;
    }

    /// The same over all rows.
    template <class T> [[nodiscard]] double error_of(const std::vector<T>& q) const {
        double total = 0.0;
        for (index_t r = 0; r < rows; ++r) {
            total += row_error_of(q, r);
        }
        return total;
    }

    [[nodiscard]] double relative_error_of(const std::vector<double>& q) const {
        return error_of(q) / error_of(std::vector<double>(rows * cols));
    }
};

/// The factor of a Hessian that is given as a matrix.
template <class T> obs_factor<T> factor_of(const layer& l, damping how) {
    hessian<T> h{l.cols};
    std::vector<T> half(l.h.size());
    for (index_t i = 0; i < half.size(); ++i) {
        half[i] = static_cast<T>(l.h[i] / 2.0);
    }
    h.assign({half.data(), l.cols, l.cols}, 1);
    auto f = factorize(std::move(h), how);
    REQUIRE(f.has_value());
    return std::move(*f);
}

template <class T> std::vector<T> converted(const std::vector<double>& from) {
    std::vector<T> to(from.size());
    for (index_t i = 0; i < to.size(); ++i) {
        to[i] = static_cast<T>(from[i]);
    }
    return to;
}

/// Values and codes that differ from one another, correlated inputs: H = 2 X X^T of random X.
inline layer random_layer(index_t rows, index_t cols, index_t tokens, std::uint64_t seed) {
    std::uint64_t state = seed * 0x9E3779B97F4A7C15u + 11;
    const auto draw = [&] {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<double>(state >> 40) / static_cast<double>(1 << 24) - 0.5;
    };
    layer l{rows, cols, std::vector<double>(rows * cols), std::vector<double>(cols * cols)};
    for (double& x : l.w) {
        x = static_cast<double>(static_cast<float>(draw() + draw() + draw()));
    }
    std::vector<double> x(cols);
    for (index_t t = 0; t < tokens; ++t) {
        const double common = 1.5 * draw();
        for (double& v : x) {
            v = draw() + common;
        }
        for (index_t i = 0; i < cols; ++i) {
            for (index_t j = 0; j < cols; ++j) {
                l.h[i * cols + j] += 2.0 * x[i] * x[j];
            }
        }
    }
    return l;
}

/// Where the reference vectors lie: GRADUS_SHARED, or `shared` beside the source tree.
inline std::string vector_path(const std::string& name) {
    const char* given = std::getenv("GRADUS_SHARED");
    return std::string{given != nullptr ? given : GRADUS_SOURCE_DIR "/../shared"} +
           "/vectors/obs/" + name + ".f64";
}

inline std::vector<double> read_vector(const std::string& name, index_t count) {
    std::vector<double> values(count);
    std::FILE* file = std::fopen(vector_path(name).c_str(), "rb");
    REQUIRE(file != nullptr);
    const auto read = std::fread(values.data(), sizeof(double), count, file);
    std::fclose(file);
    REQUIRE(read == count);
    return values;
}

/// False, with a message, where there are no vectors.
inline bool have_vectors() {
    if (std::FILE* file = std::fopen(vector_path("W").c_str(), "rb")) {
        std::fclose(file);
        return true;
    }
    MESSAGE("skipped: no " << vector_path("W") << " (set GRADUS_SHARED)");
    return false;
}

inline layer reference_layer() {
    return {96, 192, read_vector("W", 96 * 192), read_vector("H", 192 * 192)};
}

}  // namespace gradus::test

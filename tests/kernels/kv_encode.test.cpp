// SPDX-License-Identifier: MIT
// Units of cached keys and values: what encoding promises, decoded.
#include "../model/random_matrix.hpp"

#include <gradus/kernels/kv_encode.hpp>
#include <gradus/mapping/normal_levels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using namespace gradus;
using gradus::test::matrix;

/// Owns what encoding and decoding need.
struct coder {
    explicit coder(const kv_unit& unit)
        : ranked(unit.vector_length()),
          kept(unit.vector_length()),
          outliers(unit.vector_length()),
          codes(unit.lanes * unit.steps),
          bytes(unit.bytes()),
          values(unit.lanes, unit.steps) {}

    void encode(const kv_unit& unit,
                const matrix& vectors,
                const float* levels = nullptr,
                const kv_fit& fit = {}) {
        encode_kv_unit(unit, vectors.view(), levels, fit, bytes, {ranked, kept, outliers, codes});
    }

    /// As the vectors that were encoded.
    matrix decode(const kv_unit& unit, const float* levels = nullptr) {
        decode_kv_unit(unit, bytes, levels, {codes.data(), unit.lanes, unit.steps}, values.view());
        matrix vectors(unit.vectors(), unit.vector_length());
        for (index_t v = 0; v < vectors.rows; ++v) {
            for (index_t i = 0; i < vectors.cols; ++i) {
                vectors(v, i) = unit.axis == scale_axis::step ? values(i, v) : values(v, i);
            }
        }
        return vectors;
    }

    std::vector<kv_ranked> ranked;
    std::vector<float> kept;
    std::vector<std::uint32_t> outliers;
    std::vector<code_t> codes;
    std::vector<std::byte> bytes;
    matrix values;
};

constexpr index_t lane_counts[] = {1, 5, 16, 32, 33, 64, 70};
constexpr index_t step_counts[] = {1, 3, 16, 17, 32};
constexpr int widths[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 16};

template <class F> void for_each_unit(F&& f) {
    for (const index_t lanes : lane_counts) {
        for (const index_t steps : step_counts) {
            for (const scale_axis axis : {scale_axis::step, scale_axis::lane}) {
                for (const bool centered : {false, true}) {
                    for (const int width : widths) {
                        f(kv_unit{lanes, steps, axis, centered, width, 0});
                    }
                }
            }
        }
    }
}

struct ends {
    double lo;
    double hi;
};

ends ends_of(floats x) {
    const auto [lo, hi] = std::minmax_element(x.begin(), x.end());
    return {static_cast<double>(*lo), static_cast<double>(*hi)};
}

}  // namespace

TEST_CASE("a value errs by half a step and the rounding of scale and base") {
    for_each_unit([](const kv_unit& unit) {
        const matrix x(unit.vectors(), unit.vector_length(), 11, 3.0f);
        coder c{unit};
        c.encode(unit, x);
        const matrix y = c.decode(unit);
        for (index_t v = 0; v < x.rows; ++v) {
            const auto [lo, hi] = ends_of(x.view().row(v));
            const double most = std::max(std::abs(lo), std::abs(hi));
            const double range = unit.centered ? 2.0 * most : hi - lo;
            const double steps = std::ldexp(1.0, unit.width) - 1.0;
            const double step = unit.width == 0 ? 2.0 * range : range / steps;
            const double half = 0x1p-11;  // of f16, with some air
            const double bound = unit.width == 16 ? most * half
                               : unit.width == 0 && unit.centered
                                   ? most
                                   : 0.5 * step * (1.0 + half) + most * half + range * half;
            for (index_t i = 0; i < x.cols; ++i) {
                REQUIRE(std::abs(static_cast<double>(y(v, i)) - static_cast<double>(x(v, i))) <=
                        bound);
            }
        }
    });
}

TEST_CASE("encoding what was decoded gives the same values") {
    for_each_unit([](const kv_unit& unit) {
        const matrix x(unit.vectors(), unit.vector_length(), 12);
        coder c{unit};
        c.encode(unit, x);
        const matrix y = c.decode(unit);
        // A lone value leaves a tiny scale for what its base has rounded away.
        if (unit.width == 0 || unit.vector_length() == 1) { return; }
        c.encode(unit, y);
        REQUIRE(c.decode(unit).values == y.values);
    });
}

TEST_CASE("zero and constant vectors are finite and near") {
    for_each_unit([](const kv_unit& unit) {
        for (const float constant : {0.0f, 2.5f, -1000.0f, 1e-7f, 32000.0f}) {
            matrix x(unit.vectors(), unit.vector_length());
            std::fill(x.values.begin(), x.values.end(), constant);
            coder c{unit};
            c.encode(unit, x);
            for (const float y : c.decode(unit).values) {
                REQUIRE(std::isfinite(y));
                if (unit.width == 0 && unit.centered) {
                    REQUIRE(y == 0.0f);
                } else {
                    const float error = std::abs(y - constant);
                    const float tiny =
                        std::ldexp(0x1p-25f, std::min(unit.width, 8));  // subnormal scale
                    REQUIRE(error <= std::abs(constant) * 0x1p-11f + tiny);
                }
            }
        }
    });
}

TEST_CASE("outliers are f16, the others have the range without them") {
    for (const scale_axis axis : {scale_axis::step, scale_axis::lane}) {
        for (const int width : {0, 1, 2, 3, 4, 5, 6, 7, 8}) {
            for (const index_t count : {index_t{1}, index_t{2}, index_t{5}, index_t{31}}) {
                const kv_unit unit{32, 32, axis, false, width, count};
                matrix x(32, 32, 13);
                for (index_t v = 0; v < 32; ++v) {
                    x(v, v) = 1000.1f;
                    if (count > 1) { x(v, (v + 7) % 32) = -500.3f; }
                }
                coder c{unit};
                c.encode(unit, x);
                const matrix y = c.decode(unit);
                for (index_t v = 0; v < 32; ++v) {
                    REQUIRE(y(v, v) == f16::from(1000.1f).value());
                    for (index_t i = 0; i < 32; ++i) {
                        const float error = std::abs(y(v, i) - x(v, i));
                        const float step = 2.0f / std::ldexp(1.0f, width);
                        REQUIRE(error <= std::max(std::abs(x(v, i)) * 0x1p-10f, 1.1f * step));
                    }
                }
            }
        }
    }
}

TEST_CASE("an outlier costs its position and sixteen bits, and no code") {
    // 4 bits, offset, 1 % of 128 values apart: (126 * 4 + 2 * (16 + 7) + 32) / 128 = 4.547.
    const kv_unit unit{32, 128, scale_axis::lane, false, 4, 2};
    CHECK(static_cast<double>(8 * unit.bytes()) / (32.0 * 128.0) == doctest::Approx(4.546875));
}

TEST_CASE("a codebook's code is the nearest level") {
    const float* levels = normal_levels<3, normal_placement::lloyd>.data();
    std::vector<float> stored(levels, levels + 8);
    for (float& level : stored) {
        level = f16::from(level).value();
    }
    for (const bool centered : {false, true}) {
        for (const auto rule :
             {kv_normalization::range, kv_normalization::extreme, kv_normalization::moments}) {
            const kv_unit unit{32, 20, scale_axis::step, centered, 3, 0};
            const matrix x(20, 32, 14);
            coder c{unit};
            c.encode(unit, x, stored.data(), {rule, 0});
            const matrix y = c.decode(unit, stored.data());
            for (index_t v = 0; v < 20; ++v) {
                const kv_vector vector = kv_vector_at(unit, c.bytes, v, stored.data());
                for (index_t i = 0; i < 32; ++i) {
                    for (code_t other = 0; other < 8; ++other) {
                        const float there = kv_value(other, vector, stored.data());
                        REQUIRE(std::abs(y(v, i) - x(v, i)) <=
                                std::abs(there - x(v, i)) * (1.0f + 1e-5f));
                    }
                }
            }
        }
    }
}

TEST_CASE("trying smaller ranges never raises the squared error") {
    for (const bool centered : {false, true}) {
        const kv_unit unit{32, 32, scale_axis::step, centered, 2, 0};
        const matrix x(32, 32, 15);
        coder c{unit};
        const auto error = [&](int shrinks) {
            c.encode(unit, x, nullptr, {kv_normalization::range, shrinks});
            const matrix y = c.decode(unit);
            std::vector<double> sums(32);
            for (index_t v = 0; v < 32; ++v) {
                for (index_t i = 0; i < 32; ++i) {
                    sums[v] += std::pow(static_cast<double>(y(v, i) - x(v, i)), 2.0);
                }
            }
            return sums;
        };
        const auto plain = error(0);
        const auto tried = error(10);
        for (index_t v = 0; v < 32; ++v) {
            CHECK(tried[v] <= plain[v] * (1.0 + 1e-12));
        }
        CHECK(tried != plain);
    }
}

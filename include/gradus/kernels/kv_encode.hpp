// SPDX-License-Identifier: MIT
// Values to a unit of the cache: grids, codes, outliers.
#pragma once

#include <gradus/kernels/kv_decode.hpp>
#include <gradus/kernels/kv_fit.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Nearest code of a vector; levels ascend. Ties go to the even code, or to the lower level.
[[nodiscard]] inline code_t
kv_code(float x, const kv_vector& vector, int width, const float* levels) {
    if (vector.scale == 0.0f) { return 0; }
    const float z = (x - vector.base) / vector.scale;
    const int last = (1 << width) - 1;
    if (levels == nullptr) {
        return as_code(least(greatest(round_even(z), 0.0f), static_cast<float>(last)));
    }
    int lower = 0;
    for (int step = (last + 1) / 2; step > 0; step /= 2) {
        const int next = lower + step;
        if (next <= last && 0.5f * (levels[next - 1] + levels[next]) < z) { lower = next; }
    }
    return static_cast<code_t>(lower);
}

/// kv_code of each value; evenly spaced ones sixteen at a time, by the same operations.
inline void encode_kv_codes(floats x,
                            const kv_vector& vector,
                            int width,
                            const float* levels,
                            code_t* codes) {  // [x.size()]
    if (width == 0 || vector.scale == 0.0f) {
        std::fill_n(codes, x.size(), code_t{0});
        return;
    }
    index_t i = 0;
    const simd::f32x16 last = static_cast<float>((1 << width) - 1);
    for (; levels == nullptr && i + simd::lanes <= x.size(); i += simd::lanes) {
        const auto z =
            (simd::f32x16::load(&x[i]) - simd::f32x16(vector.base)) / simd::f32x16(vector.scale);
        std::uint32_t words[simd::lanes];
        as_code(least(greatest(round_even(z), simd::f32x16(0.0f)), last)).store(words);
        for (index_t lane = 0; lane < simd::lanes; ++lane) {
            codes[i + lane] = static_cast<code_t>(words[lane]);
        }
    }
    for (; i < x.size(); ++i) {
        codes[i] = kv_code(x[i], vector, width, levels);
    }
}

struct kv_ranked {
    float value;
    std::uint32_t position;
};

/// Room of the caller, for the longest vector and the largest unit.
struct kv_encode_memory {
    std::span<kv_ranked> ranked;        ///< [vector]
    std::span<float> kept;              ///< [vector]
    std::span<std::uint32_t> outliers;  ///< [vector]
    std::span<code_t> codes;            ///< [lanes, steps]
};

/// A vector without its outliers, and the positions of those, ascending.
struct kv_split {
    floats kept;
    std::span<const std::uint32_t> outliers;
};

/// `count` outliers: half of them the lowest values and half the highest (of an odd number the
/// larger half; of equal values the first ones are the lowest).
[[nodiscard]] inline kv_split
split_outliers(floats x, index_t count, const kv_encode_memory& memory) {
    if (count == 0) { return {x, {}}; }
    const auto ranked = memory.ranked.first(x.size());
    for (index_t i = 0; i < x.size(); ++i) {
        ranked[i] = {x[i], static_cast<std::uint32_t>(i)};
    }
    const auto below = [](const kv_ranked& a, const kv_ranked& b) {
        return a.value < b.value || (a.value == b.value && a.position < b.position);
    };
    // The last of the low ones and the first of the high ones are where a sorted sequence has them.
    const auto low = static_cast<std::ptrdiff_t>(count / 2);
    const auto high = static_cast<std::ptrdiff_t>(x.size() - (count - count / 2));
    std::nth_element(ranked.begin(), ranked.begin() + high, ranked.end(), below);
    const kv_ranked first_high = ranked[static_cast<index_t>(high)];
    if (low > 0) {
        std::nth_element(ranked.begin(), ranked.begin() + low - 1, ranked.begin() + high, below);
    }
    const kv_ranked last_low = ranked[static_cast<index_t>(std::max(low, std::ptrdiff_t{1})) - 1];
    index_t kept = 0;
    index_t apart = 0;
    for (index_t i = 0; i < x.size(); ++i) {
        const kv_ranked item{x[i], static_cast<std::uint32_t>(i)};
        if (!below(item, first_high) || (low > 0 && !below(last_low, item))) {
            memory.outliers[apart++] = item.position;
        } else {
            memory.kept[kept++] = item.value;
        }
    }
    return {memory.kept.first(kept), memory.outliers.first(apart)};
}

/// Scale and base as decoded.
[[nodiscard]] inline kv_vector
kv_vector_of(kv_grid grid, bool centered, int width, const float* levels) {
    const float scale = grid.scale.value();
    if (!centered) { return {scale, grid.base.value()}; }
    if (levels != nullptr) { return {scale, 0.0f}; }
    return {scale, -0.5f * scale * static_cast<float>((1 << width) - 1)};
}

/// Sum of squared errors, in double and in order.
[[nodiscard]] inline double
kv_error(floats x, const kv_vector& vector, int width, const float* levels) {
    double sum = 0.0;
    for (const float v : x) {
        const double e =
            static_cast<double>(v - kv_value(kv_code(v, vector, width, levels), vector, levels));
        sum += rounded(e * e);
    }
    return sum;
}

/// The grid of the values that are not outliers; of those tried, the first of least error.
[[nodiscard]] inline kv_grid
fit_kv_grid(floats kept, bool centered, int width, const float* levels, const kv_fit& fit) {
    const bool sums =
        width == 0 || (levels != nullptr && fit.normalization == kv_normalization::moments);
    const kv_moments moments = kv_moments_of(kept, sums);
    const auto shrunk = [&](int k) {
        const float shrink = 1.0f - static_cast<float>(k) / 32.0f;
        return levels == nullptr || width == 0
                 ? fit_even_grid(moments, centered, width, shrink)
                 : fit_level_grid(moments, centered, fit.normalization, shrink);
    };
    kv_grid best = shrunk(0);
    if (fit.shrinks == 0 || width == 0) { return best; }
    double least_error = kv_error(kept, kv_vector_of(best, centered, width, levels), width, levels);
    for (int k = 1; k <= fit.shrinks; ++k) {
        const kv_grid grid = shrunk(k);
        const double error =
            kv_error(kept, kv_vector_of(grid, centered, width, levels), width, levels);
        if (error < least_error) {
            least_error = error;
            best = grid;
        }
    }
    return best;
}

/// Values as f16, for width 16.
inline void encode_kv_halves(const kv_unit& unit,
                             matrix_view<const float> vectors,  // [vectors, vector_length]
                             std::span<std::byte> bytes) {
    const bool by_step = unit.axis == scale_axis::step;
    for (index_t tile = 0; tile < unit.tiles(); ++tile) {
        for_each_kv_block(unit, tile, [&](index_t b, index_t height, index_t first, index_t steps) {
            for (index_t within = 0; within < height; ++within) {
                const index_t lane = tile * kv_unit::tile_lanes + within;
                for (index_t s = 0; s < steps; ++s) {
                    const float x = by_step ? vectors(first + s, lane) : vectors(lane, first + s);
                    const index_t at = 2 * code_position(within, s, height, steps);
                    store_f16(finite_f16(x), &bytes[unit.block_at(tile, b) + at]);
                }
            }
        });
    }
}

/// One vector: its grid, its codes into memory.codes, its outliers.
inline void encode_kv_vector(const kv_unit& unit,
                             index_t v,
                             floats x,  // [vector_length]
                             const float* levels,
                             const kv_fit& fit,
                             std::span<std::byte> bytes,
                             const kv_encode_memory& memory) {
    code_t* const codes = &memory.codes[v * x.size()];
    const kv_split split = split_outliers(x, unit.outliers, memory);
    const kv_grid grid = fit_kv_grid(split.kept, unit.centered, unit.width, levels, fit);
    if (unit.width > 0) { store_f16(grid.scale, &bytes[2 * v]); }
    if (!unit.centered) { store_f16(grid.base, &bytes[unit.bases_at() + 2 * v]); }
    const kv_vector vector = kv_vector_of(grid, unit.centered, unit.width, levels);
    encode_kv_codes(x, vector, unit.width, levels, codes);
    const auto stream = bytes.subspan(unit.outliers_at());
    index_t at = v * unit.outliers * unit.outlier_bits();
    for (const std::uint32_t position : split.outliers) {
        const std::uint32_t half = finite_f16(x[position]).bits;
        const std::uint32_t lower = (1u << unit.width) - 1u;
        codes[position] = static_cast<code_t>(half & lower);
        write_bits(position, stream, at, unit.position_bits());
        write_bits(half >> unit.width, stream, at + unit.position_bits(),
                   16 - static_cast<index_t>(unit.width));
        at += unit.outlier_bits();
    }
}

/// Writes all bytes of a unit. Values are finite; those beyond the range of f16 are clamped to it.
/// Error:  offset: within [lo, hi] at most max(s / 2, 2^-12 |lo|) plus (2^width - 1) 2^-12 s at the
///         upper end (rounding of base and scale); centered: s / 2, and the same at both ends.
inline void encode_kv_unit(const kv_unit& unit,
                           matrix_view<const float> vectors,  // [vectors, vector_length]
                           const float* levels,               // [2^width], or null
                           const kv_fit& fit,
                           std::span<std::byte> bytes,  // [unit.bytes()]
                           const kv_encode_memory& memory) {
    GRADUS_EXPECT(bytes.size() == unit.bytes());
    GRADUS_EXPECT(vectors.rows == unit.vectors() && vectors.cols == unit.vector_length());
    std::fill(bytes.begin(), bytes.end(), std::byte{0});
    if (!unit.has_grid()) { return encode_kv_halves(unit, vectors, bytes); }
    GRADUS_EXPECT(memory.codes.size() >= unit.lanes * unit.steps);
    for (index_t v = 0; v < unit.vectors(); ++v) {
        encode_kv_vector(unit, v, vectors.row(v), unit.width == 0 ? nullptr : levels, fit, bytes,
                         memory);
    }
    pack_kv_codes(unit, memory.codes.first(unit.lanes * unit.steps), bytes);
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Dot product and scaled sum of float rows, sixteen lanes at a time.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/simd/batch.hpp>

#include <algorithm>
#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// The first `count` < 16 floats; the other lanes are zero.
[[nodiscard]] GRADUS_INLINE simd::f32x16 load_first(const float* from, index_t count) {
    float lanes[simd::lanes] = {};
    std::copy_n(from, count, lanes);
    return simd::f32x16::load(lanes);
}

/// Stores the first `count` < 16 lanes.
GRADUS_INLINE void store_first(const simd::f32x16& v, float* to, index_t count) {
    float lanes[simd::lanes];
    v.store(lanes);
    std::copy_n(lanes, count, to);
}

/// sum_i a_i b_i. Four running sums of sixteen lanes, so that each sees n / 64 additions:
/// |error| <= (n / 64 + 6) 2^-24 sum_i |a_i b_i|, about.
[[nodiscard]] inline float dot(floats a, floats b) {
    GRADUS_EXPECT(a.size() == b.size());
    simd::f32x16 part[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    const index_t n = a.size();
    index_t i = 0;
    for (; i + 4 * simd::lanes <= n; i += 4 * simd::lanes) {
        for (index_t j = 0; j < 4; ++j) {
            const index_t at = i + j * simd::lanes;
            part[j] = fused(simd::f32x16::load(&a[at]), simd::f32x16::load(&b[at]), part[j]);
        }
    }
    for (; i + simd::lanes <= n; i += simd::lanes) {
        part[0] = fused(simd::f32x16::load(&a[i]), simd::f32x16::load(&b[i]), part[0]);
    }
    if (i < n) { part[1] = fused(load_first(&a[i], n - i), load_first(&b[i], n - i), part[1]); }
    return sum((part[0] + part[1]) + (part[2] + part[3]));
}

/// y += factor * x. The spans are the same or do not overlap.
inline void add_scaled(float factor, floats x, std::span<float> y) {
    GRADUS_EXPECT(x.size() == y.size());
    const simd::f32x16 by{factor};
    const index_t n = x.size();
    index_t i = 0;
    for (; i + simd::lanes <= n; i += simd::lanes) {
        fused(by, simd::f32x16::load(&x[i]), simd::f32x16::load(&y[i])).store(&y[i]);
    }
    if (i < n) {
        store_first(fused(by, load_first(&x[i], n - i), load_first(&y[i], n - i)), &y[i], n - i);
    }
}

/// y_i = f(x_i) for a function of sixteen lanes; the tail runs through the same function.
/// The spans are the same or do not overlap.
template <class F> void map_lanes(floats x, std::span<float> y, F f) {
    GRADUS_EXPECT(x.size() == y.size());
    const index_t n = x.size();
    index_t i = 0;
    for (; i + simd::lanes <= n; i += simd::lanes) {
        f(simd::f32x16::load(&x[i])).store(&y[i]);
    }
    if (i < n) { store_first(f(load_first(&x[i], n - i)), &y[i], n - i); }
}

/// y_i = f(x_i, y_i), as above.
template <class F> void zip_lanes(floats x, std::span<float> y, F f) {
    GRADUS_EXPECT(x.size() == y.size());
    const index_t n = x.size();
    index_t i = 0;
    for (; i + simd::lanes <= n; i += simd::lanes) {
        f(simd::f32x16::load(&x[i]), simd::f32x16::load(&y[i])).store(&y[i]);
    }
    if (i < n) { store_first(f(load_first(&x[i], n - i), load_first(&y[i], n - i)), &y[i], n - i); }
}

}  // namespace GRADUS_ISA
}  // namespace gradus

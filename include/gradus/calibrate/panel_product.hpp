// SPDX-License-Identifier: MIT
// Products of the channels of two panels, summed up over one run of tokens.
#pragma once

#include <gradus/calibrate/token_panels.hpp>
#include <gradus/simd/batch.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// Entry (r, c) is [r * 32 + c].
template <class T> using panel_tile = T[token_panels::channels * token_panels::channels];

/// out(r, c) = sum_t a(t, r) b(t, c), tokens ascending, fused where the machine can.
/// Error: |error| <= tokens 2^-24 sum_t |a b|. Machines with and without fused multiply-add differ
/// within that bound; nothing else changes the bits.
inline void multiply_panels(const float* a,  // [tokens, 32]
                            const float* b,  // [tokens, 32]
                            index_t tokens,
                            panel_tile<float>& out) {
    using simd::f32x16;
    constexpr index_t width = token_panels::channels;
    // Rows x 2 vectors are summed up in registers: of 32 those of AVX-512, of 16 the narrower ones.
    constexpr index_t rows = simd::parts == 1 ? 8 : 2;
    static_assert(width == 2 * simd::lanes);
    for (index_t r = 0; r < width; r += rows) {
        f32x16 low[rows];
        f32x16 high[rows];
        simd::unrolled<rows>([&](index_t i) GRADUS_INLINE_LAMBDA { low[i] = high[i] = 0.0f; });
        for (index_t t = 0; t < tokens; ++t) {
            const f32x16 left = f32x16::load(b + t * width);
            const f32x16 right = f32x16::load(b + t * width + simd::lanes);
            simd::unrolled<rows>([&](index_t i) GRADUS_INLINE_LAMBDA {
                const f32x16 factor{a[t * width + r + i]};
                low[i] = fused(factor, left, low[i]);
                high[i] = fused(factor, right, high[i]);
            });
        }
        simd::unrolled<rows>([&](index_t i) GRADUS_INLINE_LAMBDA {
            low[i].store(out + (r + i) * width);
            high[i].store(out + (r + i) * width + simd::lanes);
        });
    }
}

/// As above in double. Products of floats are exact there, so the bits are the same everywhere.
inline void multiply_panels(const float* a,  // [tokens, 32]
                            const float* b,  // [tokens, 32]
                            index_t tokens,
                            panel_tile<double>& out) {
    constexpr index_t width = token_panels::channels;
    std::fill_n(out, width * width, 0.0);
    for (index_t r = 0; r < width; ++r) {
        double* sums = out + r * width;
        for (index_t t = 0; t < tokens; ++t) {
            const auto factor = static_cast<double>(a[t * width + r]);
            for (index_t c = 0; c < width; ++c) {
                sums[c] += factor * static_cast<double>(b[t * width + c]);
            }
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus

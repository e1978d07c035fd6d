// SPDX-License-Identifier: MIT
// The vector arm of core/real.hpp: policies written over `Real` run on sixteen lanes at once.
#pragma once

#include <gradus/simd/batch.hpp>
#include <gradus/simd/lookup.hpp>

namespace gradus {

template <> struct lane_code<simd::f32x16> {
    using type = simd::u32x16;
};

template <> struct lanes_of<simd::f32x16> {
    static constexpr index_t count = simd::lanes;
    using word = simd::u32x16;

    [[nodiscard]] GRADUS_INLINE static simd::f32x16 load(const float* from) {
        return simd::f32x16::load(from);
    }

    GRADUS_INLINE static void store(const simd::f32x16& x, float* to) { x.store(to); }

    [[nodiscard]] GRADUS_INLINE static word counting_from(std::uint32_t first) {
        constexpr std::uint32_t steps[simd::lanes] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                      8, 9, 10, 11, 12, 13, 14, 15};
        return word::load(steps) + word{first};
    }
};

inline namespace GRADUS_ISA {
namespace simd {

[[nodiscard]] GRADUS_INLINE f32x16 round_down(const f32x16& x) {
    f32x16 r;
#if GRADUS_HAS_SIMD && defined(__aarch64__)  // that of xsimd 8.1 loses the sign of -0
    each_part([&](index_t i)
                  GRADUS_INLINE_LAMBDA { r.part[i] = native<float>(vrndmq_f32(x.part[i])); });
#else
    using std::floor;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA { r.part[i] = floor(x.part[i]); });
#endif
    return r;
}

[[nodiscard]] GRADUS_INLINE f32x16 round_even(const f32x16& x) {
    using std::nearbyint;
    f32x16 r;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA { r.part[i] = nearbyint(x.part[i]); });
    return r;
}

[[nodiscard]] GRADUS_INLINE f32x16 square_root(const f32x16& x) {
    f32x16 r;
#if GRADUS_HAS_SIMD && defined(__aarch64__)  // xsimd 8.1 has an estimate
    each_part([&](index_t i)
                  GRADUS_INLINE_LAMBDA { r.part[i] = native<float>(vsqrtq_f32(x.part[i])); });
#else
    using std::sqrt;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA { r.part[i] = sqrt(x.part[i]); });
#endif
    return r;
}

[[nodiscard]] GRADUS_INLINE native<float>
pick(const native_mask& m, const native<float>& a, const native<float>& b) {
#if GRADUS_HAS_SIMD
    return select(m, a, b);
#else
    return m ? a : b;
#endif
}

[[nodiscard]] GRADUS_INLINE f32x16 either(const mask16& m, const f32x16& a, const f32x16& b) {
    f32x16 r;
    each_part([&](index_t i)
                  GRADUS_INLINE_LAMBDA { r.part[i] = pick(m.part[i], a.part[i], b.part[i]); });
    return r;
}

/// Words are chosen as if they were floats: xsimd's integer select fails at -O0 with AVX-512.
[[nodiscard]] GRADUS_INLINE u32x16 either(const mask16& m, const u32x16& a, const u32x16& b) {
    u32x16 r;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] = std::bit_cast<native<std::uint32_t>>(
            pick(m.part[i], std::bit_cast<native<float>>(a.part[i]),
                 std::bit_cast<native<float>>(b.part[i])));
    });
    return r;
}

/// Whether the condition holds in any lane.
[[nodiscard]] GRADUS_INLINE bool any(const mask16& m) {
    bool found = false;
#if GRADUS_HAS_SIMD
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA { found = xsimd::any(m.part[i]) || found; });
#else
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA { found = m.part[i] || found; });
#endif
    return found;
}

/// Bit i: whether the condition holds in lane i.
[[nodiscard]] GRADUS_INLINE std::uint32_t lane_bits(const mask16& m) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    return static_cast<__mmask16>(m.part[0]);
#else
    std::uint32_t bits = 0;
#if GRADUS_HAS_SIMD && defined(__AVX2__)
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        bits |= static_cast<std::uint32_t>(_mm256_movemask_ps(m.part[i])) << (8 * i);
    });
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        bits |= static_cast<std::uint32_t>(_mm_movemask_ps(m.part[i])) << (4 * i);
    });
#else
    float one[lanes];
    either(m, f32x16(1.0f), f32x16(0.0f)).store(one);
    for (index_t i = 0; i < lanes; ++i) {
        bits |= one[i] != 0.0f ? 1u << i : 0u;
    }
#endif
    return bits;
#endif
}

/// As the scalar `a < b ? a : b`, NaN and signed zeros included: minps and maxps are just that.
[[nodiscard]] GRADUS_INLINE f32x16 least(const f32x16& a, const f32x16& b) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    f32x16 r;
    r.part[0] = native<float>(_mm512_min_ps(a.part[0], b.part[0]));
    return r;
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    f32x16 r;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] = native<float>(_mm256_min_ps(a.part[i], b.part[i]));
    });
    return r;
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    f32x16 r;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] = native<float>(_mm_min_ps(a.part[i], b.part[i]));
    });
    return r;
#else
    return either(a < b, a, b);
#endif
}

[[nodiscard]] GRADUS_INLINE f32x16 greatest(const f32x16& a, const f32x16& b) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    f32x16 r;
    r.part[0] = native<float>(_mm512_max_ps(a.part[0], b.part[0]));
    return r;
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    f32x16 r;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] = native<float>(_mm256_max_ps(a.part[i], b.part[i]));
    });
    return r;
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    f32x16 r;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] = native<float>(_mm_max_ps(a.part[i], b.part[i]));
    });
    return r;
#else
    return either(a > b, a, b);
#endif
}

/// The least of sixteen numbers (no NaN).
[[nodiscard]] GRADUS_INLINE float lowest(const f32x16& v) {
#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
#if defined(GRADUS_WIDE_REGISTERS)
    const __m512 x = v.part[0];
    const __m256 eight = _mm256_min_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    const __m128 four = _mm_min_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
#elif defined(__AVX2__)
    const __m256 eight = _mm256_min_ps(v.part[0], v.part[1]);
    const __m128 four = _mm_min_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
#else
    const __m128 four =
        _mm_min_ps(_mm_min_ps(v.part[0], v.part[2]), _mm_min_ps(v.part[1], v.part[3]));
#endif
    const __m128 two = _mm_min_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_min_ss(two, _mm_movehdup_ps(two)));
#else
    float x[lanes];
    v.store(x);
    for (index_t i = 1; i < lanes; ++i) {
        x[0] = x[i] < x[0] ? x[i] : x[0];
    }
    return x[0];
#endif
}

/// As the scalar `x < 0 ? -x : x`: of two zeros, maxps takes the second.
[[nodiscard]] GRADUS_INLINE f32x16 magnitude(const f32x16& x) {
    return greatest(f32x16(0.0f) - x, x);
}

/// The largest of the lanes; where one is NaN, any of them.
[[nodiscard]] GRADUS_INLINE float largest_lane(const f32x16& x) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    const __m512 v = x.part[0];
    const __m256 eight = _mm256_max_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    const __m256 eight = _mm256_max_ps(x.part[0], x.part[1]);
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    const __m128 four =
        _mm_max_ps(_mm_max_ps(x.part[0], x.part[2]), _mm_max_ps(x.part[1], x.part[3]));
#endif
#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
#else
    float values[lanes];
    x.store(values);
    for (index_t half = lanes / 2; half > 0; half /= 2) {
        for (index_t i = 0; i < half; ++i) {
            values[i] = values[i + half] > values[i] ? values[i + half] : values[i];
        }
    }
    return values[0];
#endif
}

/// Words below 2^24 as floats, exactly.
template <class Real> [[nodiscard]] GRADUS_INLINE f32x16 as_real(const u32x16& x) {
    f32x16 r;
#if GRADUS_HAS_SIMD
    each_part(
        [&](index_t i) { r.part[i] = to_float(std::bit_cast<native<std::int32_t>>(x.part[i])); });
#else
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA { r.part[i] = static_cast<float>(x.part[i]); });
#endif
    return r;
}

/// Whole, non-negative floats below 2^24 as words.
[[nodiscard]] GRADUS_INLINE u32x16 as_code(const f32x16& x) {
    u32x16 r;
#if GRADUS_HAS_SIMD
    each_part(
        [&](index_t i) { r.part[i] = std::bit_cast<native<std::uint32_t>>(to_int(x.part[i])); });
#else
    each_part([&](index_t i)
                  GRADUS_INLINE_LAMBDA { r.part[i] = static_cast<std::uint32_t>(x.part[i]); });
#endif
    return r;
}

template <class Real, int Size>
[[nodiscard]] GRADUS_INLINE f32x16 level_at(const float* table, const u32x16& code) {
    return lookup<Size>(table, code);
}

/// See core/real.hpp: no compiler fuses across it.
[[nodiscard]] GRADUS_INLINE f32x16 rounded(f32x16 x) {
#if GRADUS_HAS_SIMD
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        typename native<float>::register_type kept = x.part[i];
#if defined(__AVX512F__)
        asm("" : "+v"(kept));
#elif defined(__x86_64__)
        asm("" : "+x"(kept));
#else
        asm("" : "+w"(kept));
#endif
        x.part[i] = native<float>(kept);
    });
#else
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA { x.part[i] = ::gradus::rounded(x.part[i]); });
#endif
    return x;
}

}  // namespace simd

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Sixteen lanes on every machine: the only file that includes xsimd.
#pragma once

#include <gradus/core/real.hpp>

#include <bit>
#include <cstring>
#include <utility>

#if !defined(GRADUS_FORCE_SCALAR) &&                                                               \
    (defined(__SSE4_2__) || defined(__AVX2__) || defined(__aarch64__))
#define GRADUS_HAS_SIMD 1
// g++ 12 takes the deliberately undefined operands of its own AVX-512 intrinsics for mistakes (GCC
// bug 105593). It judges by where they are defined, so the intrinsics must be read here first.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/xsimd.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#else
#define GRADUS_HAS_SIMD 0
#endif

// A vector here always has 16 lanes: one AVX-512 register, two of AVX2, four of SSE or NEON, or
// 16 scalars. Sums over lanes therefore have one definition on every instruction set.
namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

inline constexpr index_t lanes = 16;

// The architecture is named, not left to xsimd's default: with -mavx512bw alone that default has
// no registers (it wants AVX-512DQ too), and the AVX2 path is the right one.
#if GRADUS_HAS_SIMD
#if defined(GRADUS_WIDE_REGISTERS)
using arch = xsimd::avx512bw;
#elif defined(__AVX2__)
using arch = xsimd::avx2;
#elif defined(__SSE4_2__)
using arch = xsimd::sse4_2;
#else
using arch = xsimd::neon64;
#endif
template <class T> using native = xsimd::batch<T, arch>;
template <class T> inline constexpr index_t native_lanes = native<T>::size;
using native_mask = xsimd::batch_bool<float, arch>;
#else
template <class T> using native = T;
template <class T> inline constexpr index_t native_lanes = 1;
using native_mask = bool;
#endif

inline constexpr index_t parts = lanes / native_lanes<float>;

/// f(0) ... f(N - 1), unrolled for certain: g++ at -O2 leaves short loops over arrays of vectors
/// rolled, and the arrays then live in memory instead of registers (a third of the speed).
template <index_t N, class F> GRADUS_INLINE void unrolled(F&& f) {
    [&]<index_t... I>(std::integer_sequence<index_t, I...>)
        GRADUS_INLINE_LAMBDA { (f(I), ...); }(std::make_integer_sequence<index_t, N>{});
}

/// Applies `f` to each native part. Sixteen scalars are no registers: a loop compiles faster.
template <class F> GRADUS_INLINE void each_part(F&& f) {
    if constexpr (parts <= 4) {
        unrolled<parts>(f);
    } else {
        for (index_t i = 0; i < parts; ++i) {
            f(i);
        }
    }
}

#if GRADUS_HAS_SIMD
template <class T> [[nodiscard]] GRADUS_INLINE native<T> load_native(const T* from) {
    return native<T>::load_unaligned(from);
}

template <class T> GRADUS_INLINE void store_native(T* to, const native<T>& v) {
    v.store_unaligned(to);
}
#else
template <class T> [[nodiscard]] GRADUS_INLINE T load_native(const T* from) {
    return *from;
}

template <class T> GRADUS_INLINE void store_native(T* to, T v) {
    *to = v;
}
#endif

struct mask16 {
    native_mask part[parts];
};

/// Sixteen floats.
struct f32x16 {
    native<float> part[parts];

    f32x16() = default;

    GRADUS_INLINE f32x16(float x) {  // NOLINT(google-explicit-constructor): scalars mix freely
        each_part([&](index_t i) GRADUS_INLINE_LAMBDA { part[i] = native<float>(x); });
    }

    [[nodiscard]] GRADUS_INLINE static f32x16 load(const float* from) {
        f32x16 r;
        each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
            r.part[i] = load_native(from + i * native_lanes<float>);
        });
        return r;
    }

    GRADUS_INLINE void store(float* to) const {
        each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
            store_native(to + i * native_lanes<float>, part[i]);
        });
    }
};

/// Sixteen unsigned 32-bit words; arithmetic wraps.
struct u32x16 {
    native<std::uint32_t> part[parts];

    u32x16() = default;

    GRADUS_INLINE u32x16(std::uint32_t x) {  // NOLINT(google-explicit-constructor)
        each_part([&](index_t i) GRADUS_INLINE_LAMBDA { part[i] = native<std::uint32_t>(x); });
    }

    [[nodiscard]] GRADUS_INLINE static u32x16 load(const void* from) {
        std::uint32_t words[lanes];
        std::memcpy(words, from, sizeof words);
        u32x16 r;
        each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
            r.part[i] = load_native(words + i * native_lanes<float>);
        });
        return r;
    }

    GRADUS_INLINE void store(void* to) const {
        std::uint32_t words[lanes];
        each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
            store_native(words + i * native_lanes<float>, part[i]);
        });
        std::memcpy(to, words, sizeof words);
    }
};

#define GRADUS_LANEWISE(type, op)                                                                  \
    [[nodiscard]] GRADUS_INLINE type operator op(const type& a, const type& b) {                   \
        type r;                                                                                    \
        each_part([&](index_t i) GRADUS_INLINE_LAMBDA { r.part[i] = a.part[i] op b.part[i]; });    \
        return r;                                                                                  \
    }
GRADUS_LANEWISE(f32x16, +)
GRADUS_LANEWISE(f32x16, -)
GRADUS_LANEWISE(f32x16, *)
GRADUS_LANEWISE(u32x16, +)
GRADUS_LANEWISE(u32x16, -)
GRADUS_LANEWISE(u32x16, *)
GRADUS_LANEWISE(u32x16, &)
GRADUS_LANEWISE(u32x16, |)
GRADUS_LANEWISE(u32x16, ^)
#undef GRADUS_LANEWISE

/// xsimd 8.1 has an estimate on 64-bit Arm, as 32-bit Arm has no more.
[[nodiscard]] GRADUS_INLINE f32x16 operator/(const f32x16& a, const f32x16& b) {
    f32x16 r;
#if GRADUS_HAS_SIMD && defined(__aarch64__)
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] = native<float>(vdivq_f32(a.part[i], b.part[i]));
    });
#else
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA { r.part[i] = a.part[i] / b.part[i]; });
#endif
    return r;
}

#define GRADUS_COMPARE(op)                                                                         \
    [[nodiscard]] GRADUS_INLINE mask16 operator op(const f32x16& a, const f32x16& b) {             \
        mask16 r;                                                                                  \
        each_part([&](index_t i) GRADUS_INLINE_LAMBDA { r.part[i] = a.part[i] op b.part[i]; });    \
        return r;                                                                                  \
    }
GRADUS_COMPARE(<)
GRADUS_COMPARE(<=)
GRADUS_COMPARE(>)
GRADUS_COMPARE(>=)
GRADUS_COMPARE(==)
#undef GRADUS_COMPARE

/// Not from xsimd, whose `!=` is false for NaN on AVX and AVX-512 and true elsewhere.
[[nodiscard]] GRADUS_INLINE mask16 operator!=(const f32x16& a, const f32x16& b) {
    mask16 r;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA { r.part[i] = !(a.part[i] == b.part[i]); });
    return r;
}

[[nodiscard]] GRADUS_INLINE u32x16 operator<<(const u32x16& a, int bits) {
    u32x16 r;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA { r.part[i] = a.part[i] << bits; });
    return r;
}

[[nodiscard]] GRADUS_INLINE u32x16 operator>>(const u32x16& a, int bits) {
    u32x16 r;
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA { r.part[i] = a.part[i] >> bits; });
    return r;
}

/// a * b + c, fused where the machine can; for sums that only measure.
[[nodiscard]] GRADUS_INLINE f32x16 fused(const f32x16& a, const f32x16& b, const f32x16& c) {
    f32x16 r;
    // xsimd 8.1 multiplies and adds on AVX-512 and on Arm, and clang contracts no intrinsics.
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    r.part[0] = native<float>(_mm512_fmadd_ps(a.part[0], b.part[0], c.part[0]));
#elif GRADUS_HAS_SIMD && defined(__FMA__) && defined(__AVX2__)
    each_part([&](index_t i) GRADUS_INLINE_LAMBDA {
        r.part[i] = native<float>(_mm256_fmadd_ps(a.part[i], b.part[i], c.part[i]));
    });
#elif GRADUS_HAS_SIMD && defined(__aarch64__)
    each_part(
        [&](index_t i) { r.part[i] = native<float>(vfmaq_f32(c.part[i], a.part[i], b.part[i])); });
#else
    each_part([&](index_t i)
                  GRADUS_INLINE_LAMBDA { r.part[i] = a.part[i] * b.part[i] + c.part[i]; });
#endif
    return r;
}

/// Sum of the lanes in a fixed tree: halves, quarters, eighths, pairs.
[[nodiscard]] GRADUS_INLINE float sum(const f32x16& v) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    const __m512 x = v.part[0];
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    const __m256 eight = _mm256_add_ps(v.part[0], v.part[1]);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    const __m128 four =
        _mm_add_ps(_mm_add_ps(v.part[0], v.part[2]), _mm_add_ps(v.part[1], v.part[3]));
#endif
#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
#else
    float x[lanes];
    v.store(x);
    for (index_t width = lanes / 2; width > 0; width /= 2) {
        for (index_t i = 0; i < width; ++i) {
            x[i] = x[i] + x[i + width];
        }
    }
    return x[0];
#endif
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus

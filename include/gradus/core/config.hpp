// SPDX-License-Identifier: MIT
// Version, compile-time switches and the namespace tag of the instruction set.
#pragma once

#define GRADUS_VERSION_MAJOR 0
#define GRADUS_VERSION_MINOR 1
#define GRADUS_VERSION_PATCH 0

#if defined(__FAST_MATH__)
#error "gradus: -ffast-math changes stored bytes (it reorders sums); build without it"
#endif
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
#error "gradus: -ffinite-math-only removes the checks for NaN and infinity; build without it"
#endif

// GRADUS_FORCE_SCALAR: every kernel runs its scalar definition.
// GRADUS_CONTRACTS:    1 checks preconditions; the default follows NDEBUG.
#if !defined(GRADUS_CONTRACTS)
#if defined(NDEBUG)
#define GRADUS_CONTRACTS 0
#else
#define GRADUS_CONTRACTS 1
#endif
#endif

// Everything with a body that the compiler's flags can change lives in
// `namespace gradus { inline namespace GRADUS_ISA { ... } }`, and the tag spells out those flags:
// two objects built for different machines then never share a weak symbol (one definition rule).
// Types that cross objects (views, layouts and what they are made of, parameters) carry no tag;
// their members are GRADUS_INLINE, so that no object ever emits a body for them, not even at -O0.
#define GRADUS_INLINE [[gnu::always_inline]] inline
// For lambdas in inner loops, which g++ leaves as calls once they are large: sums held in registers
// then go through memory (a tenth of the speed).
#define GRADUS_INLINE_LAMBDA __attribute__((always_inline))

#if defined(GRADUS_FORCE_SCALAR)
#define GRADUS_TAG_SCALAR _plain
#else
#define GRADUS_TAG_SCALAR
#endif
#if defined(__SSE4_2__)
#define GRADUS_TAG_SSE _sse4_2
#elif defined(__SSE4_1__)
#define GRADUS_TAG_SSE _sse4_1
#elif defined(__SSSE3__)
#define GRADUS_TAG_SSE _ssse3
#elif defined(__SSE3__)
#define GRADUS_TAG_SSE _sse3
#else
#define GRADUS_TAG_SSE
#endif
#if defined(__AVX2__)
#define GRADUS_TAG_AVX2 _avx2
#elif defined(__AVX__)
#define GRADUS_TAG_AVX2 _avx
#else
#define GRADUS_TAG_AVX2
#endif
#if defined(__FMA__)
#define GRADUS_TAG_FMA _fma
#else
#define GRADUS_TAG_FMA
#endif
#if defined(__F16C__)
#define GRADUS_TAG_F16C _f16c
#else
#define GRADUS_TAG_F16C
#endif
#if defined(__BMI2__)
#define GRADUS_TAG_BMI _bmi2
#elif defined(__BMI__)
#define GRADUS_TAG_BMI _bmi
#else
#define GRADUS_TAG_BMI
#endif
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) &&                      \
    defined(__AVX512VL__) && defined(__AVX512CD__)
#define GRADUS_WIDE_REGISTERS 1
#define GRADUS_TAG_AVX512 _avx512
#elif defined(__AVX512F__)
#define GRADUS_TAG_AVX512 _avx512f
#else
#define GRADUS_TAG_AVX512
#endif
// An incomplete AVX-512 runs our AVX2 paths, yet changes what the compiler emits.
#if defined(__AVX512BW__) && !defined(GRADUS_WIDE_REGISTERS)
#define GRADUS_TAG_BW _bw
#else
#define GRADUS_TAG_BW
#endif
#if defined(__AVX512DQ__) && !defined(GRADUS_WIDE_REGISTERS)
#define GRADUS_TAG_DQ _dq
#else
#define GRADUS_TAG_DQ
#endif
#if defined(__AVX512VL__) && !defined(GRADUS_WIDE_REGISTERS)
#define GRADUS_TAG_VL _vl
#else
#define GRADUS_TAG_VL
#endif
#if defined(__AVX512VNNI__)
#define GRADUS_TAG_VNNI _vnni
#elif defined(__AVXVNNI__)
#define GRADUS_TAG_VNNI _avxvnni
#else
#define GRADUS_TAG_VNNI
#endif
#if defined(__POPCNT__) && !defined(__SSE4_2__)
#define GRADUS_TAG_POPCNT _popcnt
#else
#define GRADUS_TAG_POPCNT
#endif
#if defined(__LZCNT__)
#define GRADUS_TAG_LZCNT _lzcnt
#else
#define GRADUS_TAG_LZCNT
#endif
#if defined(__MOVBE__)
#define GRADUS_TAG_MOVBE _movbe
#else
#define GRADUS_TAG_MOVBE
#endif
#if defined(__AVX512VBMI2__)
#define GRADUS_TAG_VBMI _vbmi2
#elif defined(__AVX512VBMI__)
#define GRADUS_TAG_VBMI _vbmi
#else
#define GRADUS_TAG_VBMI
#endif
#if defined(__GFNI__)
#define GRADUS_TAG_GFNI _gfni
#else
#define GRADUS_TAG_GFNI
#endif
#if defined(__AVX512FP16__)
#define GRADUS_TAG_FP16 _fp16
#else
#define GRADUS_TAG_FP16
#endif
#if defined(__AVX512BF16__)
#define GRADUS_TAG_BF16 _bf16
#else
#define GRADUS_TAG_BF16
#endif
#if defined(__ARM_FEATURE_DOTPROD)
#define GRADUS_TAG_ARM _neon_dot
#elif defined(__ARM_NEON)
#define GRADUS_TAG_ARM _neon
#else
#define GRADUS_TAG_ARM
#endif
#if GRADUS_CONTRACTS
#define GRADUS_TAG_CHECK _checked
#else
#define GRADUS_TAG_CHECK
#endif

#define GRADUS_JOIN_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t)                   \
    isa##a##b##c##d##e##f##g##h##i##j##k##l##m##n##o##p##q##r##s##t
#define GRADUS_JOIN(...) GRADUS_JOIN_(__VA_ARGS__)
#define GRADUS_ISA                                                                                 \
    GRADUS_JOIN(GRADUS_TAG_SCALAR, GRADUS_TAG_SSE, GRADUS_TAG_POPCNT, GRADUS_TAG_AVX2,             \
                GRADUS_TAG_FMA, GRADUS_TAG_F16C, GRADUS_TAG_BMI, GRADUS_TAG_LZCNT,                 \
                GRADUS_TAG_MOVBE, GRADUS_TAG_AVX512, GRADUS_TAG_BW, GRADUS_TAG_DQ, GRADUS_TAG_VL,  \
                GRADUS_TAG_VNNI, GRADUS_TAG_VBMI, GRADUS_TAG_GFNI, GRADUS_TAG_FP16,                \
                GRADUS_TAG_BF16, GRADUS_TAG_ARM, GRADUS_TAG_CHECK)
#define GRADUS_TEXT_(x) #x
#define GRADUS_TEXT(x) GRADUS_TEXT_(x)

namespace gradus {
inline namespace GRADUS_ISA {

/// The name of the instruction set this translation unit was built for, e.g. "isa_sse4_2_avx2_fma".
inline constexpr const char* isa_name = GRADUS_TEXT(GRADUS_ISA);

}  // namespace GRADUS_ISA
}  // namespace gradus

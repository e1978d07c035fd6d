// SPDX-License-Identifier: MIT
// How fast one core of this machine multiplies: independent chains in registers, no memory.
#pragma once

#include "together.hpp"

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace gradus_bench {

/// Chains that hide the latency of either operation (4 cycles at two a cycle need 8) and still fit
/// 16 registers. 24 of 32 registers: g++ 12 keeps the sums in memory and loses a fifth.
inline constexpr std::size_t chains = 12;

/// One fused multiply-add of floats, as wide as the build allows.
struct float_fma {
#if defined(__AVX512F__)
    using vector = __m512;

    static vector start(float x) { return _mm512_set1_ps(x); }

    static vector step(vector sum, vector a, vector b) { return _mm512_fmadd_ps(a, b, sum); }
#elif defined(__FMA__)
    using vector = __m256;

    static vector start(float x) { return _mm256_set1_ps(x); }

    static vector step(vector sum, vector a, vector b) { return _mm256_fmadd_ps(a, b, sum); }
#else
    using vector [[gnu::vector_size(16)]] = float;

    static vector start(float x) { return vector{x, x, x, x}; }

    static vector step(vector sum, vector a, vector b) { return sum + a * b; }
#endif
    static constexpr std::size_t products = sizeof(vector) / sizeof(float);
#if defined(__AVX512F__) || defined(__FMA__)
    static constexpr const char* instruction = "vfmadd";
#else
    static constexpr const char* instruction = "multiply, add";
#endif
};

/// One dot product of unsigned by signed bytes into 32-bit lanes, as wide as the build allows.
struct byte_dot {
#if defined(__AVX512VNNI__)
    using vector = __m512i;

    static vector start(char x) { return _mm512_set1_epi8(x); }

    static vector step(vector sum, vector a, vector b) { return _mm512_dpbusd_epi32(sum, a, b); }

    static constexpr const char* instruction = "vpdpbusd zmm";
#elif defined(__AVXVNNI__)
    using vector = __m256i;

    static vector start(char x) { return _mm256_set1_epi8(x); }

    static vector step(vector sum, vector a, vector b) {
        return _mm256_dpbusd_avx_epi32(sum, a, b);
    }

    static constexpr const char* instruction = "vpdpbusd ymm";
#elif defined(__AVX512BW__)
    using vector = __m512i;

    static vector start(char x) { return _mm512_set1_epi8(x); }

    static vector step(vector sum, vector a, vector b) {
        const vector pairs = _mm512_maddubs_epi16(a, opaque(b));
        return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
    }

    static constexpr const char* instruction = "vpmaddubsw, vpmaddwd, vpaddd zmm";
#elif defined(__AVX2__)
    using vector = __m256i;

    static vector start(char x) { return _mm256_set1_epi8(x); }

    static vector step(vector sum, vector a, vector b) {
        const vector pairs = _mm256_maddubs_epi16(a, opaque(b));
        return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }

    static constexpr const char* instruction = "vpmaddubsw, vpmaddwd, vpaddd ymm";
#elif defined(__SSSE3__)
    using vector = __m128i;

    static vector start(char x) { return _mm_set1_epi8(x); }

    static vector step(vector sum, vector a, vector b) {
        const vector pairs = _mm_maddubs_epi16(a, opaque(b));
        return _mm_add_epi32(sum, _mm_madd_epi16(pairs, _mm_set1_epi16(1)));
    }

    static constexpr const char* instruction = "pmaddubsw, pmaddwd, paddd";
#else
    using vector = std::int32_t;  // four products a step

    static vector start(char x) { return static_cast<vector>(0x01010101u) * x; }

    static vector step(vector sum, vector a, vector b) {
        for (int shift = 0; shift < 32; shift += 8) {
            sum += ((a >> shift) & 0xff) * static_cast<std::int8_t>(opaque(b) >> shift);
        }
        return sum;
    }

    static constexpr const char* instruction = "scalar multiply, add";
#endif
    static constexpr std::size_t products = sizeof(vector);

    /// Without it the compiler computes a product of loop constants once.
    static vector opaque(vector x) {
#if defined(__SSE2__) && defined(__SSSE3__)
        asm volatile("" : "+x"(x));
#else
        asm volatile("" : "+r"(x));
#endif
        return x;
    }
};

/// Multiply-adds a second of one thread with `Operation`: the best of `rounds` rounds.
template <class Operation> [[gnu::noinline]] double products_a_second(int rounds) {
    constexpr std::size_t steps = 1 << 16;
    using vector = typename Operation::vector;
    const vector a = Operation::start(1);
    const vector b = Operation::start(2);
    vector held[chains] = {};
    keep(held);  // now the compiler cannot know that all chains are alike, and make one of them
    const auto copy = [](const vector* from, vector* to) {
        for (std::size_t c = 0; c < chains; ++c) {
            to[c] = from[c];
        }
    };
    double best = 0.0;
    for (int round = 0; round < rounds; ++round) {
        const double seconds = cpu_seconds_of([&] {
            vector sums[chains];
            copy(held, sums);
            for (std::size_t i = 0; i < steps; ++i) {
                for (std::size_t c = 0; c < chains; ++c) {
                    sums[c] = Operation::step(sums[c], a, b);
                }
            }
            copy(sums, held);
            keep(held);
        });
        const double done = static_cast<double>(steps * chains * Operation::products);
        best = done / seconds > best ? done / seconds : best;
    }
    return best;
}

}  // namespace gradus_bench

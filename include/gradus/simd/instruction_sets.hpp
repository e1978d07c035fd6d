// SPDX-License-Identifier: MIT
// The instruction sets that kernels are built for, and whether this machine runs them.
#pragma once

#include <gradus/core/types.hpp>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// By its name in cmake/gradus-isa-kernels.cmake, which has the compiler's flags.
struct instruction_set {
    const char* name;
    bool (*runs_here)();
};

inline bool runs_scalar() {
    return true;
}

#if defined(__x86_64__)

/// `__builtin_cpu_supports` of clang 14 does not know these. Registers: 0 eax ... 3 edx.
inline bool has_cpuid_bit(unsigned leaf, unsigned subleaf, int where, int bit) {
    unsigned word[4] = {};
    return __get_cpuid_count(leaf, subleaf, &word[0], &word[1], &word[2], &word[3]) != 0 &&
           ((word[where] >> bit) & 1u) != 0;
}

/// x86-64-v2.
inline bool runs_sse4_2() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.2") &&
           __builtin_cpu_supports("popcnt");
}

/// x86-64-v3: the compiler's builtin asks the operating system too whether it keeps the registers.
inline bool runs_avx2() {
    const bool f16c = has_cpuid_bit(1, 0, 2, 29);
    const bool movbe = has_cpuid_bit(1, 0, 2, 22);
    const bool lzcnt = has_cpuid_bit(0x80000001u, 0, 2, 5);
    return runs_sse4_2() && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && f16c && movbe &&
           lzcnt;
}

inline bool runs_avx2_vnni() {
    return runs_avx2() && has_cpuid_bit(7, 1, 0, 4);
}

/// x86-64-v4.
inline bool runs_avx512() {
    return runs_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

inline bool runs_avx512_vnni() {
    return runs_avx512() && __builtin_cpu_supports("avx512vnni");
}

/// With GFNI, which no processor with VBMI is without.
inline bool runs_avx512_vbmi() {
    const bool gfni = has_cpuid_bit(7, 0, 2, 8);
    return runs_avx512_vnni() && __builtin_cpu_supports("avx512vbmi") && gfni;
}

#elif defined(__aarch64__)

/// Every 64-bit Arm has it.
inline bool runs_neon() {
    return true;
}

inline bool runs_neon_dot() {
#if defined(__linux__)
    constexpr unsigned long dot_product = 1ul << 20;  // HWCAP_ASIMDDP
    return (getauxval(AT_HWCAP) & dot_product) != 0;
#elif defined(__ARM_FEATURE_DOTPROD)
    return true;
#else
    return false;
#endif
}

#endif

/// All of this processor's, lowest first: among those that run, the last is the best.
inline constexpr instruction_set instruction_sets[] = {
    {"scalar", runs_scalar},
#if defined(__x86_64__)
    {"sse4_2", runs_sse4_2},           {"avx2", runs_avx2},
    {"avx2_vnni", runs_avx2_vnni},     {"avx512", runs_avx512},
    {"avx512_vnni", runs_avx512_vnni}, {"avx512_vbmi", runs_avx512_vbmi},
#elif defined(__aarch64__)
    {"neon", runs_neon},
    {"neon_dot", runs_neon_dot},
#endif
};

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Both instruction sets in one program give the same numbers, each with code of its own.
#include <cinttypes>
#include <cstdio>
#include <cstring>

extern "C" std::uint64_t exercise_sse4_2(const char** isa);
extern "C" std::uint64_t exercise_avx2(const char** isa);

int main() {
    if (!__builtin_cpu_supports("sse4.2")) {
        std::puts("skipped: this machine has no SSE4.2");
        return 0;
    }
    const char* isa = nullptr;
    const std::uint64_t narrow = exercise_sse4_2(&isa);
    std::printf("%016" PRIx64 " %s\n", narrow, isa);
    if (std::strstr(isa, "avx2") != nullptr) {
        std::puts("failed: the SSE4.2 object calls itself by the name of the other");
        return 1;
    }

    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2") ||
        !__builtin_cpu_supports("fma")) {
        std::puts("skipped: this machine has no AVX2");
        return 0;
    }
    const std::uint64_t wide = exercise_avx2(&isa);
    std::printf("%016" PRIx64 " %s\n", wide, isa);
    if (std::strstr(isa, "avx2") == nullptr) {
        std::puts("failed: the AVX2 object calls itself by the name of the other");
        return 1;
    }
    if (narrow != wide) {
        std::puts("failed: results depend on the instruction set");
        return 1;
    }
    return 0;
}

// SPDX-License-Identifier: MIT
// Runs the exercise for AVX-512BW where the machine has it. Plain code: it must run anywhere.
#include <cinttypes>
#include <cstdio>

extern "C" std::uint64_t exercise_avx512bw(const char** isa);

int main() {
    if (!__builtin_cpu_supports("avx512bw")) {
        std::puts("skipped: this machine has no AVX-512BW");
        return 0;
    }
    const char* isa = nullptr;
    const std::uint64_t word = exercise_avx512bw(&isa);
    std::printf("%016" PRIx64 " %s\n", word, isa);
    return 0;
}

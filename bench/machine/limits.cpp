// SPDX-License-Identifier: MIT
// Prints what this machine can do at most: reading, storing, multiplying.
#include "../support/limits.hpp"

#include <cstdio>

int main() {
    using namespace gradus_bench;
    std::printf("read, GB/s, median and best of rounds:  1 thread       2 threads\n");
    for (const memory where : memories) {
        std::printf("%-6s %6zu KiB                     ", name_of(where), working_set(where) >> 10);
        for (std::size_t threads = 1; threads <= std::min<std::size_t>(cores(), 2); ++threads) {
            const read_limit::rates got = read_limit_of(where, threads);
            std::printf("  %6.1f %6.1f", 1e-9 * got.median, 1e-9 * got.best);
        }
        std::printf("\n");
    }
    std::printf("store  %6zu KiB  %7.1f GB/s  (in L2)\n", bytes_in_l2() >> 10,
                1e-9 * store_limit());
    // A multiply-add counts as two operations.
    std::printf("f32    %7.1f GFLOP/s  (%s)\n", 2e-9 * fma_limit(1), float_fma::instruction);
    std::printf("int8   %7.1f GOP/s    (%s)\n", 2e-9 * dot_limit(1), byte_dot::instruction);
}

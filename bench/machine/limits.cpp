// SPDX-License-Identifier: MIT
// Prints what this machine can do at most: reading, storing, multiplying.
#include "../support/limits.hpp"

#include <cstdio>

int main() {
    using namespace gradus_bench;
    std::printf("%-6s %10s  %12s  %12s\n", "read", "bytes", "1 thread", "2 threads");
    for (const memory where : memories) {
        std::printf("%-6s %6zu KiB  %7.1f GB/s", name_of(where), working_set(where) >> 10,
                    1e-9 * read_limit_of(where, 1));
        if (cores() > 1) { std::printf("  %7.1f GB/s", 1e-9 * read_limit_of(where, 2)); }
        std::printf("\n");
    }
    std::printf("store  %6zu KiB  %7.1f GB/s  (in L2)\n", bytes_in_l2() >> 10,
                1e-9 * store_limit());
    // A multiply-add counts as two operations.
    std::printf("f32    %7.1f GFLOP/s  (%s)\n", 2e-9 * fma_limit(1), float_fma::instruction);
    std::printf("int8   %7.1f GOP/s    (%s)\n", 2e-9 * dot_limit(1), byte_dot::instruction);
}

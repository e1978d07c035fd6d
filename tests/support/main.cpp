// SPDX-License-Identifier: MIT
// The main function of every test program; names the seed, so that a failure can be repeated.
#include "seed.hpp"

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cinttypes>
#include <cstdio>

int main(int argc, char** argv) {
    std::printf("GRADUS_SEED=%" PRIu64 "\n", gradus::test::seed());
    std::fflush(stdout);
    doctest::Context context{argc, argv};
    return context.run();
}

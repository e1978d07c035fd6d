// SPDX-License-Identifier: MIT
// Part GRADUS_PART of GRADUS_PARTS of the recipes that cover all triples of axes.
#include "triples.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace gradus::test;
using gradus::index_t;

namespace {

template <index_t Row> void check_row() {
    INFO("recipe " << std::string{triple_digits.substr(6 * Row, 6)} << ", GRADUS_SEED=" << seed());
    CHECK(faults_of_selection<triple(Row)>(Row) == 0);
}

}  // namespace

TEST_CASE("all triples of axes: bytes and kernels as defined") {
    constexpr index_t count = (triple_count + GRADUS_PARTS - 1 - GRADUS_PART) / GRADUS_PARTS;
    [&]<index_t... I>(std::integer_sequence<index_t, I...>) {
        (check_row<I * GRADUS_PARTS + GRADUS_PART>(), ...);
    }(std::make_integer_sequence<index_t, count>{});
}

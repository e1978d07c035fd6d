// SPDX-License-Identifier: MIT
// Products of every small shape, for one layout a family; batches around every cut.
#include "integer_faults.hpp"
#include "kernel_faults.hpp"

#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

#include <doctest/doctest.h>

namespace {

using namespace gradus;
using namespace gradus::test;

/// Rows and columns from 0 to a tile and one.
template <class L> index_t faults_of_small_sizes() {
    constexpr index_t batches[] = {1, 2};
    index_t faults = 0;
    for (index_t rows = 0; rows <= 33; ++rows) {
        for (index_t cols = 0; cols <= 33; ++cols) {
            const auto d = random_definition<L>(rows, cols);
            const std::vector<std::byte> bytes = d.bytes();
            const packed_view<L> view{bytes, rows, cols, d.map, d.by};
            faults += product_faults(d, view, batches);
        }
    }
    return faults;
}

/// Two full tiles and a narrow one, on both sides of every number of tokens that is cut.
template <class L, activation_scheme A> index_t faults_of_batches() {
    const auto d = random_definition<L>(67, 288);
    index_t faults = 0;
    for (const index_t tokens :
         {0u, 1u, 2u, 5u, 6u, 7u, 8u, 9u, 15u, 16u, 17u, 23u, 24u, 25u, 33u, 49u}) {
        faults += product_scheme_faults<A>(d, tokens);
    }
    return faults;
}

}  // namespace

TEST_CASE("all sizes: uniform") {
    CHECK(faults_of_small_sizes<layout<uniform_symmetric<4>, group<32>>>() == 0);
}

TEST_CASE("all sizes: uniform with a zero point, two planes") {
    CHECK(faults_of_small_sizes<layout<uniform_asymmetric<3>, group<32>>>() == 0);
}

TEST_CASE("all sizes: codebook") {
    CHECK(faults_of_small_sizes<layout<normal_quantile<4>, group<32>>>() == 0);
}

TEST_CASE("all sizes: ternary") {
    CHECK(faults_of_small_sizes<layout<ternary, group<32>>>() == 0);
}

TEST_CASE("all batches: streamed, and by panel") {
    CHECK(faults_of_batches<layout<uniform_symmetric<4>, group<32>>, int8_per_group<>>() == 0);
    CHECK(faults_of_batches<layout<uniform_asymmetric<2>, group<64>>, int8_per_token>() == 0);
    CHECK(faults_of_batches<layout<uniform_symmetric<5>, group<128>>, int8_per_token>() == 0);
    CHECK(faults_of_batches<layout<ternary, group<64>>, int8_per_token>() == 0);
    CHECK(faults_of_batches<layout<normal_quantile<8>, group<32>>, int8_per_group<>>() == 0);
}

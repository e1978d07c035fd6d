// SPDX-License-Identifier: MIT
// Stored bytes of schemes with tables of levels, of trits and of signs. A change here is a change
// of what files hold.
#include "stored_bytes.hpp"

#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/range/kl_divergence.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/range/percentile.hpp>
#include <gradus/rounding/error_diffusing.hpp>
#include <gradus/rounding/noisy.hpp>
#include <gradus/rounding/stochastic.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

using namespace gradus;
using test::stored_hash;

using nf4 = normal_quantile<4, normal_placement::nf>;
using equal_mass3 = normal_quantile<3, normal_placement::equal_mass>;

TEST_CASE("stored bytes of normal levels") {
    CHECK(stored_hash(recipe<layout<normal_quantile<4>, group<64>>, mse_search>{}) ==
          "2d2c0ce0335e6fa8");
    CHECK(stored_hash(recipe<layout<normal_quantile<2>, tensor, f32_scale>, mse_search, stochastic>{
              .rounding = {.seed = 9}}) == "cd072a130a334fdc");
    CHECK(stored_hash(recipe<layout<equal_mass3, group<32>>, percentile, noisy<>>{}) ==
          "1e3952d4fbd29bcd");
    CHECK(stored_hash(recipe<layout<nf4, group<64>>>{}) == "a6f64076c312ea65");
    CHECK(stored_hash(recipe<layout<nf4, group<32>, log8_scale>, mse_search, error_diffusing>{
              .range = {.norm = 1.0f}}) == "92a9f1c77c0aa34d");
}

TEST_CASE("stored bytes of trained levels") {
    CHECK(stored_hash(recipe<layout<adaptive_quantile<4>, group<64>>, mse_search>{}) ==
          "c68bedb22ab02530");
    CHECK(stored_hash(recipe<layout<adaptive_quantile<3>, group<32>, log8_scale>, mse_search>{},
                      true) == "b5ec95f206e971f9");
    CHECK(stored_hash(recipe<layout<adaptive_quantile<2>, channel>, kl_divergence, stochastic>{
              .map = {.placement = codebook_placement::density}}) == "17aea38ef3db6f7a");
    CHECK(
        stored_hash(recipe<layout<adaptive_quantile<6>, group<>>>{
            .groups = {100}, .map = {.placement = codebook_placement::mass, .exact_zero = true}}) ==
        "362cb372c469e9b6");
    CHECK(stored_hash(recipe<layout<adaptive_quantile<5>, tensor>, mse_search>{}) ==
          "8e0e38b6a4f2eca6");
}

TEST_CASE("stored bytes of trits and signs") {
    CHECK(stored_hash(recipe<layout<binary, group<64>>, mse_search>{}) == "bc4ffcdd38c86b34");
    CHECK(stored_hash(
              recipe<layout<binary, group<48>, log8_scale>, mse_search>{.range = {.norm = 3.5f}},
              true) == "10c47ffa0488905d");
    CHECK(stored_hash(recipe<layout<ternary, group<64>>, mse_search, stochastic>{}) ==
          "77a29e3e0f30790d");
    CHECK(stored_hash(recipe<layout<ternary, channel, log8_scale>, percentile, error_diffusing>{
              .range = {99.0f}}) == "3a5a3e721b6fcc79");
}

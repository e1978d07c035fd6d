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
          "afeab48d7f7c8d02");
    CHECK(stored_hash(recipe<layout<normal_quantile<2>, tensor, f32_scale>, mse_search, stochastic>{
              .rounding = {.seed = 9}}) == "d0e89cabfe69e84d");
    CHECK(stored_hash(recipe<layout<equal_mass3, group<32>>, percentile, noisy<>>{}) ==
          "10f4320e7cbe4736");
    CHECK(stored_hash(recipe<layout<nf4, group<64>>>{}) == "fca558101bb12ba9");
    CHECK(stored_hash(recipe<layout<nf4, group<32>, log8_scale>, mse_search, error_diffusing>{
              .range = {.norm = 1.0f}}) == "03c8526a9d929305");
}

TEST_CASE("stored bytes of trained levels") {
    CHECK(stored_hash(recipe<layout<adaptive_quantile<4>, group<64>>, mse_search>{}) ==
          "96389a60995471df");
    CHECK(stored_hash(recipe<layout<adaptive_quantile<3>, group<32>, log8_scale>, mse_search>{},
                      true) == "d445395754589cc0");
    CHECK(stored_hash(recipe<layout<adaptive_quantile<2>, channel>, kl_divergence, stochastic>{
              .map = {.placement = codebook_placement::density}}) == "9dccfcdd5ae08027");
    CHECK(
        stored_hash(recipe<layout<adaptive_quantile<6>, group<>>>{
            .groups = {100}, .map = {.placement = codebook_placement::mass, .exact_zero = true}}) ==
        "4e1a3f2db0135e16");
    CHECK(stored_hash(recipe<layout<adaptive_quantile<5>, tensor>, mse_search>{}) ==
          "ed534c812da3f2c3");
}

TEST_CASE("stored bytes of trits and signs") {
    CHECK(stored_hash(recipe<layout<binary, group<64>>, mse_search>{}) == "b4141b399d14fcb4");
    CHECK(stored_hash(
              recipe<layout<binary, group<48>, log8_scale>, mse_search>{.range = {.norm = 3.5f}},
              true) == "5257b0695be87d91");
    CHECK(stored_hash(recipe<layout<ternary, group<64>>, mse_search, stochastic>{}) ==
          "4cfc0d600f584f81");
    CHECK(stored_hash(recipe<layout<ternary, channel, log8_scale>, percentile, error_diffusing>{
              .range = {99.0f}}) == "a023243110b12873");
}

// SPDX-License-Identifier: MIT
// Stored bytes of uniform schemes. A change here is a change of what files hold.
#include "stored_bytes.hpp"

#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
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

template <int B> using restricted = uniform_symmetric<B, code_range::restricted>;

TEST_CASE("the matrix that is hashed is what it was") {
    const test::weights w = test::fixed_weights();
    CHECK(checksum::of(std::as_bytes(std::span{w.values})) == "fnv1a64:a0c4f396cfb50c8d");
}

TEST_CASE("stored bytes of symmetric schemes") {
    CHECK(stored_hash(recipe<layout<uniform_symmetric<4>, group<64>>>{}) == "d756cd46cf4372c1");
    CHECK(stored_hash(recipe<layout<uniform_symmetric<4>, group<64>>, mse_search>{}) ==
          "c017a22ff58857e2");
    CHECK(stored_hash(
              recipe<layout<uniform_symmetric<3>, group<50>, log8_scale>, mse_search, stochastic>{
                  .rounding = {.seed = 5}},
              true) == "9337d278b6edf807");
    CHECK(stored_hash(recipe<layout<uniform_symmetric<2>, group<32>, bf16_scale>, percentile>{
              .range = {97.0f}}) == "417549aebec853ec");
    CHECK(stored_hash(recipe<layout<uniform_symmetric<8>, tensor, f32_scale>, mse_search>{}) ==
          "10281bf1534ad875");
    CHECK(stored_hash(recipe<layout<restricted<4>, group<>>, minmax, error_diffusing>{
              .groups = {100}}) == "14b6f362326c2ca2");
    CHECK(stored_hash(recipe<layout<restricted<7>, channel>, kl_divergence>{}, true) ==
          "4d32f8a0a6547f74");
    CHECK(stored_hash(recipe<layout<shifted<uniform_symmetric<3>>, group<64>>, mse_search, noisy<>>{
              .rounding = {.fraction = 0.3f, .seed = 2}, .map = {0.3f}}) == "74b2302d24739d16");
}

TEST_CASE("stored bytes of asymmetric schemes") {
    CHECK(stored_hash(recipe<layout<uniform_asymmetric<4>, group<64>>>{}) == "dd86e1c9ccc98357");
    CHECK(stored_hash(
              recipe<layout<uniform_asymmetric<3>, group<32>, log8_scale>, mse_search>{
                  .range = {.norm = 2.5f}},
              true) == "c59fc4b182a47cc0");
    CHECK(stored_hash(recipe<layout<uniform_asymmetric<5>, tensor, log8_scale>, percentile,
                             error_diffusing>{}) == "3823aafacca8d5a9");
    CHECK(stored_hash(recipe<layout<uniform_asymmetric<8>, channel>, kl_divergence>{}) ==
          "5c083302f27033ac");
}

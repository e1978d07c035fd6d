// SPDX-License-Identifier: MIT
// Every value gets the best code of the grid that is stored.
#include "weights.hpp"

#include <gradus/grouping/tensor.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

using namespace gradus;

/// Restricted grids have a code that is never chosen.
template <class M> constexpr int first_code() {
    if constexpr (requires { M::first_code; }) { return M::first_code; }
    return 0;
}

/// Codes that another one of the same, stored grid would beat.
template <class L, class Range> int faults_of_choice(const Range& range, index_t rows) {
    using M = typename L::mapping_type;
    const test::weights w = test::bell_shaped(rows, 100);
    const auto packed = quantize(w, recipe<L, Range>{.range = range});
    REQUIRE(packed);
    int faults = 0;
    test::for_each_code(packed->view(), [&](index_t r, index_t c, code_t code, auto p) {
        const auto distance = [&](int k) {
            const auto level = static_cast<double>(packed->map().decode(static_cast<code_t>(k), p));
            return std::abs(static_cast<double>(w(r, c)) - level);
        };
        double best = distance(first_code<M>());
        for (int k = first_code<M>(); k < M::codes; ++k) {
            best = std::min(best, distance(k));
        }
        const double slack = 1e-5 * std::abs(static_cast<double>(p.scale));
        faults += code < first_code<M>() || distance(code) > best + slack;
    });
    return faults;
}

/// Encoding what was decoded, with the grids that are stored, gives every code again.
template <class L, class Range> int faults_of_encoding_again(const Range& range) {
    const test::weights w = test::bell_shaped(19, 100, 3);
    const auto packed = quantize(w, recipe<L, Range>{.range = range});
    REQUIRE(packed);
    const auto& map = packed->map();
    int faults = 0;
    test::for_each_code(packed->view(), [&](index_t, index_t, code_t code, auto p) {
        const float value = map.decode(code, p);
        const code_t again = nearest{}.start(0).choose(map.locate(value, p));
        faults += again != code && map.decode(again, p) != value;
    });
    return faults;
}

template <mapping M> using usual = layout<M, group<32>>;

}  // namespace

TEST_CASE_TEMPLATE("no other code of the stored grid is nearer",
                   L,
                   usual<uniform_symmetric<4>>,
                   layout<uniform_symmetric<8>, group<>, log8_scale>,
                   usual<uniform_symmetric<3, code_range::restricted>>,
                   usual<shifted<uniform_symmetric<2>>>,
                   layout<uniform_asymmetric<3>, group<50>, log8_scale>,
                   layout<uniform_asymmetric<4>, tensor>,
                   usual<normal_quantile<4>>,
                   layout<normal_quantile<4, normal_placement::nf>, group<32>, log8_scale>,
                   usual<adaptive_quantile<4>>,
                   layout<adaptive_quantile<2>, tensor, log8_scale>,
                   usual<binary>,
                   layout<ternary, group<20>, log8_scale>) {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(faults_of_choice<L>(minmax{}, 19) == 0);
    CHECK(faults_of_choice<L>(mse_search{}, 3) == 0);
    CHECK(faults_of_encoding_again<L>(minmax{}) == 0);
    CHECK(faults_of_encoding_again<L>(mse_search{}) == 0);
}

TEST_CASE("a level of equal mass encodes to itself") {
    using L = usual<normal_quantile<3, normal_placement::equal_mass>>;
    CHECK(faults_of_encoding_again<L>(minmax{}) == 0);
    CHECK(faults_of_encoding_again<L>(mse_search{}) == 0);
}

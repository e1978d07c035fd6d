// SPDX-License-Identifier: MIT
// Errors keep to the documented bounds where the range clips nothing.
#include "weights.hpp"

#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

namespace {

using namespace gradus;

/// Errors beyond `steps` scales, where the range clips nothing. Scales are f16: the outermost level
/// is off by up to 2^-11 of itself.
template <class M> int faults_of_bound(double steps) {
    const test::weights w = test::bell_shaped(33, 100, 7);
    const auto packed = quantize(w, recipe<layout<M, group<32>>>{});
    REQUIRE(packed);
    int faults = 0;
    test::for_each_code(packed->view(), [&](index_t r, index_t c, code_t code, auto p) {
        const auto level = static_cast<double>(packed->map().decode(code, p));
        const auto scale = std::abs(static_cast<double>(p.scale));
        const double error = std::abs(static_cast<double>(w(r, c)) - level);
        faults += error > steps * scale + std::abs(static_cast<double>(w(r, c))) * 0x1p-10;
    });
    return faults;
}

template <class M> double widest_gap(const M& map) {
    double widest = 0.0;
    for (int c = 0; c + 1 < M::codes; ++c) {
        widest = std::max(
            widest, static_cast<double>(map.decode(static_cast<code_t>(c + 1), scale_only{1.0f}) -
                                        map.decode(static_cast<code_t>(c), scale_only{1.0f})));
    }
    return widest;
}

}  // namespace

TEST_CASE("documented bounds, in scales") {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(faults_of_bound<uniform_symmetric<4>>(0.5) == 0);
    CHECK(faults_of_bound<uniform_symmetric<8>>(0.5) == 0);
    CHECK(faults_of_bound<uniform_symmetric<4, code_range::restricted>>(0.5) == 0);
    CHECK(faults_of_bound<shifted<uniform_symmetric<3>>>(0.5) == 0);
    CHECK(faults_of_bound<uniform_asymmetric<4>>(1.0) == 0);
    CHECK(faults_of_bound<uniform_asymmetric<8>>(1.0) == 0);
    CHECK(faults_of_bound<binary>(1.0) == 0);
    CHECK(faults_of_bound<ternary>(0.5) == 0);
    using nf4 = normal_quantile<4, normal_placement::nf>;
    using em3 = normal_quantile<3, normal_placement::equal_mass>;
    CHECK(faults_of_bound<normal_quantile<3>>(widest_gap(normal_quantile<3>{}) / 2) == 0);
    CHECK(faults_of_bound<nf4>(widest_gap(nf4{}) / 2) == 0);
    CHECK(faults_of_bound<em3>(widest_gap(em3{})) == 0);
}

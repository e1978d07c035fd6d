// SPDX-License-Identifier: MIT
// Squared errors on a million normal numbers, against the published ones per width.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/core/thread_pool.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/kernels/decode.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

using namespace gradus;

constexpr index_t rows = 245;
constexpr index_t cols = 4096;

/// A million independent standard normal numbers, by Box and Muller.
weights_view normal_numbers() {
    static const std::vector<float> values = [] {
        const auto key = random_key::of(test::seed(), 0x6761757373u);
        std::vector<float> x(rows * cols);
        for (index_t i = 0; i < x.size(); i += 2) {
            const double radius = std::sqrt(-2 * std::log(1 - key.uniform(i)));
            const double angle = 2 * 3.14159265358979323846 * key.uniform(i + 1);
            x[i] = static_cast<float>(radius * std::cos(angle));
            x[i + 1] = static_cast<float>(radius * std::sin(angle));
        }
        return x;
    }();
    return {values.data(), rows, cols};
}

template <class L> struct outcome {
    double error;            ///< mean square
    double bits_per_weight;  ///< every stored bit
};

template <class L, class Range> outcome<L> measure(const recipe<L, Range>& how) {
    const weights_view w = normal_numbers();
    thread_pool threads{2};
    const auto packed = quantize(w, how, {}, threads);
    REQUIRE(packed);
    std::vector<float> values(w.size());
    decode(packed->view(), matrix_view<float>{values.data(), rows, cols});
    double sum = 0.0;
    for (index_t i = 0; i < values.size(); ++i) {
        const double e = static_cast<double>(values[i]) - static_cast<double>(w.data[i]);
        sum += e * e;
    }
    return {sum / static_cast<double>(values.size()), packed->bits_per_weight()};
}

/// At most 2 % above the listed error at the listed bits. More than 15 % below it would mean bits
/// that are not counted.
template <class L, class Range>
void check(const std::string& what, const recipe<L, Range>& how, double listed, double bits) {
    const outcome<L> found = measure(how);
    MESSAGE(what << ": " << found.bits_per_weight << " bits, " << found.error << " (listed "
                 << listed << ", ratio " << found.error / listed << ", excess "
                 << found.bits_per_weight + 0.5 * std::log2(found.error) << ")");
    CHECK_MESSAGE(found.error <= 1.02 * listed, what);
    CHECK_MESSAGE(found.error >= 0.85 * listed, what);
    // Row words and codebooks are a hundredth of a bit at this size.
    CHECK_MESSAGE(found.bits_per_weight >= bits, what);
    CHECK_MESSAGE(found.bits_per_weight <= bits + 0.01, what);
}

/// The error at some bits that wastes `excess` bits over Shannon's bound for a normal source.
double at_excess(double bits, double excess) {
    return std::exp2(-2 * (bits - excess));
}

template <int B> using searched = recipe<layout<uniform_symmetric<B>, group<128>>, mse_search>;
template <int B> using plain = recipe<layout<uniform_asymmetric<B>, group<128>>>;
template <class M> using global = recipe<layout<M, tensor>, mse_search>;
template <int B, index_t N>
using trained = recipe<layout<adaptive_quantile<B>, group<N>, log8_scale>, mse_search>;

}  // namespace

// Listed figures: Gaussian rate-distortion tables of the design notes, measured by another program.

TEST_CASE("symmetric integers, searched, a scale for 128") {
    INFO("GRADUS_SEED=", test::seed());
    check("2 bits", searched<2>{}, 0.132, 2.125);
    check("3 bits", searched<3>{}, 0.0344, 3.125);
    check("4 bits", searched<4>{}, 0.00933, 4.125);
}

TEST_CASE("asymmetric integers from minimum to maximum, a scale and a zero point for 128") {
    check("2 bits", plain<2>{}, 0.2510, 2.125 + 2.0 / 128);
    check("3 bits", plain<3>{}, 0.0458, 3.125 + 3.0 / 128);
    check("4 bits", plain<4>{}, 0.00997, 4.125 + 4.0 / 128);
}

TEST_CASE("one scale for all: optimal uniform and Lloyd-Max levels") {
    check("2 bits", global<shifted<uniform_symmetric<2>>>{}, at_excess(2, 0.46), 2);
    check("3 bits", global<shifted<uniform_symmetric<3>>>{}, at_excess(3, 0.63), 3);
    check("4 bits", global<shifted<uniform_symmetric<4>>>{}, at_excess(4, 0.78), 4);
    check("2 bits, Lloyd-Max", global<normal_quantile<2>>{}, at_excess(2, 0.46), 2);
    check("3 bits, Lloyd-Max", global<normal_quantile<3>>{}, at_excess(3, 0.57), 3);
    check("4 bits, Lloyd-Max", global<normal_quantile<4>>{}, at_excess(4, 0.64), 4);
}

TEST_CASE("trained levels with searched 8-bit scales") {
    check("2 bits, 32", trained<2, 32>{}, at_excess(2.25, 0.55), 2.25);
    check("3 bits, 32", trained<3, 32>{}, at_excess(3.25, 0.54), 3.25);
    check("4 bits, 32", trained<4, 32>{}, at_excess(4.25, 0.49), 4.25);
    check("2 bits, 128", trained<2, 128>{}, at_excess(2.0625, 0.48), 2.0625);
    check("3 bits, 128", trained<3, 128>{}, at_excess(3.0625, 0.53), 3.0625);
    check("4 bits, 128", trained<4, 128>{}, at_excess(4.0625, 0.54), 4.0625);
}

TEST_CASE("NF4, a scale for 64") {
    using nf4 = normal_quantile<4, normal_placement::nf>;
    check("from minimum to maximum", recipe<layout<nf4, group<64>>>{}, 0.00847, 4.25);
}

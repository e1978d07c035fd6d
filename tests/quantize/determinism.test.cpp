// SPDX-License-Identifier: MIT
// Bytes depend on weights, recipe and keys alone: not on threads, order or repetition.
#include "weights.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/rounding/error_diffusing.hpp>
#include <gradus/rounding/noisy.hpp>
#include <gradus/rounding/stochastic.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

namespace {

using namespace gradus;
using test::same_bytes;

using plain = layout<uniform_symmetric<3>, group<50>>;
using trained = layout<adaptive_quantile<3>, group<32>, log8_scale>;

/// Runs everything in the calling thread, last index first.
struct backward {
    template <class F> void for_each(index_t n, F&& f) const {
        while (n > 0) {
            f(--n);
        }
    }
};

static_assert(executor<const backward>);

template <class L, class R> bool any_executor_will_do(const R& rounding, index_t rows) {
    const test::weights w = test::bell_shaped(rows, 172);
    const recipe<L, mse_search, R> how{.rounding = rounding};
    const auto expected = quantize(w, how);
    REQUIRE(expected);
    const auto same = [&](auto&& threads) {
        return same_bytes(expected.value(), quantize(w, how, {}, threads).value());
    };
    thread_pool two{2};
    return same(serial{}) && same(backward{}) && same(thread_pool{1}) && same(two) && same(two) &&
           same(thread_pool{3});
}

template <class R> packed_matrix<plain> with(const R& rounding, index_t cols = 172) {
    const test::weights w = test::bell_shaped(40, 172);
    const weights_view part{w.values.data(), 40, cols, 172};
    return quantize(part, recipe<plain, minmax, R>{.rounding = rounding}).value();
}

}  // namespace

TEST_CASE_TEMPLATE(
    "any executor gives the same bytes", R, nearest, stochastic, error_diffusing, noisy<>) {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(any_executor_will_do<plain>(R{}, 70));
    CHECK(any_executor_will_do<trained>(R{}, 35));
}

TEST_CASE("seeds and tensors draw other numbers; equal ones the same") {
    const auto first = with(stochastic{.seed = 1, .tensor = 1});
    CHECK(same_bytes(first, with(stochastic{.seed = 1, .tensor = 1})));
    CHECK_FALSE(same_bytes(first, with(stochastic{.seed = 2, .tensor = 1})));
    CHECK_FALSE(same_bytes(first, with(stochastic{.seed = 1, .tensor = 2})));
    CHECK_FALSE(same_bytes(with(stochastic{.seed = 2, .tensor = 1}),
                           with(stochastic{.seed = 1, .tensor = 2})));
    const auto noise = with(noisy<>{.fraction = 1.0f, .seed = 1, .tensor = 1});
    CHECK(same_bytes(noise, with(noisy<>{.fraction = 1.0f, .seed = 1, .tensor = 1})));
    CHECK_FALSE(same_bytes(noise, with(noisy<>{.fraction = 1.0f, .seed = 2, .tensor = 1})));
    CHECK_FALSE(same_bytes(noise, with(noisy<>{.fraction = 1.0f, .seed = 1, .tensor = 2})));
    CHECK_FALSE(same_bytes(noise, with(noisy<>{.fraction = 0.5f, .seed = 1, .tensor = 1})));
}

TEST_CASE("the random number of an element depends on its place, not on the matrix around it") {
    // The first group of a row is the same in a narrower matrix, and in one of fewer rows.
    const auto wide = test::decoded(with(stochastic{}));
    const auto narrow = test::decoded(with(stochastic{}, 50));
    const test::weights w = test::bell_shaped(40, 172);
    const weights_view low{w.values.data(), 7, 172};
    const auto few = quantize(low, recipe<plain, minmax, stochastic>{}).value();
    const auto short_one = test::decoded(few);
    int faults = 0;
    for (index_t r = 0; r < 40; ++r) {
        for (index_t c = 0; c < 172; ++c) {
            faults += c < 50 && wide(r, c) != narrow(r, c);
            faults += r < 7 && wide(r, c) != short_one(r, c);
        }
    }
    CHECK(faults == 0);
}

TEST_CASE("rounding by chance is right on average, and differs from row to row") {
    test::weights w{64, 40};
    w.values.assign(w.values.size(), 0.3f);
    for (index_t r = 0; r < 64; ++r) {
        w(r, 0) = 3.0f;  // restricted: a scale of 1
    }
    using L = layout<uniform_symmetric<3, code_range::restricted>, group<>>;
    const recipe<L, minmax, stochastic> how{.groups = {any_size}};
    const auto back = test::decoded(quantize(w, how).value());
    double sum = 0.0;
    bool differ = false;
    for (index_t r = 0; r < 64; ++r) {
        for (index_t c = 1; c < 40; ++c) {
            REQUIRE((back(r, c) == 0.0f || back(r, c) == 1.0f));
            sum += static_cast<double>(back(r, c));
            differ = differ || back(r, c) != back(0, c);
        }
    }
    CHECK(differ);
    CHECK(sum / (64 * 39) == doctest::Approx(0.3).epsilon(0.12));  // four standard deviations
}

TEST_CASE("memory of an earlier matrix changes no byte, nor do stores past the caches") {
    using stream = layout<uniform_symmetric<4>, group<32>>;
    const test::weights w = test::bell_shaped(1920, 2048);
    const auto whole = quantize(w, recipe<stream>{}).value();
    REQUIRE(whole.bytes().size() >= streamed_bytes);
    const weights_view all = w;
    const auto upper = quantize(all.block(0, 960), recipe<stream>{}).value();
    auto lower = quantize(all.block(960, 960), recipe<stream>{}).value();
    REQUIRE(lower.bytes().size() < streamed_bytes);
    const auto begin = whole.bytes().begin();
    CHECK(std::equal(upper.bytes().begin(), upper.bytes().end(), begin));
    CHECK(std::equal(lower.bytes().begin(), lower.bytes().end(),
                     begin + static_cast<std::ptrdiff_t>(upper.bytes().size())));

    const std::byte* const place = lower.bytes().data();
    const auto again =
        quantize(all.block(0, 960), recipe<stream>{}, {}, serial{}, std::move(lower).take_bytes());
    CHECK(again.value().bytes().data() == place);
    CHECK(same_bytes(again.value(), upper));
    const auto other =
        quantize(all.block(0, 64), recipe<stream>{}, {}, serial{}, aligned_buffer{7});  // of no use
    CHECK(same_bytes(other.value(), quantize(all.block(0, 64), recipe<stream>{}).value()));
}

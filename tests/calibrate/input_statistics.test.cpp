// SPDX-License-Identifier: MIT
// Batches, workers and bad values.
#include "random_matrix.hpp"
#include "same_statistics.hpp"

#include <gradus/core/thread_pool.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace gradus::test;
using gradus::errc;
using gradus::index_t;
using gradus::input_statistics;
using statistics = input_statistics<>;

statistics statistics_of(const matrix& x, index_t first, index_t count) {
    statistics s{"in", x.cols};
    REQUIRE(s.add(x.view().block(first, count)));
    return s;
}

}  // namespace

TEST_CASE("X^T X and the moments tell the same story") {
    const matrix x(400, 50, 70);
    const statistics s = statistics_of(x, 0, 400);
    CHECK(s.tokens() == 400);
    CHECK(s.batches() == 1);
    for (index_t j = 0; j < s.width(); ++j) {
        const double from_products = static_cast<double>(s.products()(j, j)) / 400.0;
        CHECK(std::abs(from_products - s.moments().mean_square(j)) <= 1e-5 * from_products);
    }
}

TEST_CASE("statistics of several workers, merged in one order, have the same bytes every time") {
    const matrix x(900, 40, 71);
    std::vector<statistics> workers;
    for (index_t i = 0; i < 3; ++i) {
        workers.push_back(statistics_of(x, 300 * i, 300));
    }
    const auto folded = [&] {
        auto sum = gradus::merge(workers[0], workers[1]);
        REQUIRE(sum);
        REQUIRE(sum->merge(workers[2]));
        return std::move(sum).value();
    };
    const statistics all = folded();
    CHECK(same_statistics(all, folded()));
    CHECK(all.tokens() == 900);
    CHECK(all.batches() == 3);
    CHECK(same_statistics(gradus::merge(workers[0], workers[1]).value(),
                          gradus::merge(workers[1], workers[0]).value()));
    // And they are what one worker would have seen, up to the order of sums.
    const statistics alone = statistics_of(x, 0, 900);
    for (index_t i = 0; i < 40; ++i) {
        CHECK(std::abs(all.moments().variance(i) - alone.moments().variance(i)) < 1e-13);
        CHECK(std::abs(static_cast<double>(all.products()(i, 3) - alone.products()(i, 3))) < 1e-3);
    }
}

TEST_CASE("whole runs give the same bytes in one batch as in many") {
    const matrix x(384, 33, 72);
    statistics many{"in", 33};
    for (index_t first = 0; first < 384; first += gradus::token_run) {
        REQUIRE(many.add(x.view().block(first, gradus::token_run)));
    }
    const statistics one = statistics_of(x, 0, 384);
    CHECK(same_values(many, one));
    CHECK(many.batches() == 3);
}

TEST_CASE("the number of threads changes no byte, cross products included") {
    const matrix z(200, 65, 73);
    const matrix x(200, 65, 74);
    gradus::thread_pool threads{3};
    input_statistics<double> alone{"in", 65, {.products = true, .cross = true}};
    input_statistics<double> shared = alone;
    REQUIRE(alone.add_pair(z.view(), x.view()));
    REQUIRE(shared.add_pair(z.view(), x.view(), threads));
    CHECK(same_statistics(alone, shared));
}

TEST_CASE("without its cross products an input is what it is without them from the start") {
    const matrix x(300, 20, 75);
    input_statistics<double> paired{"in", 20, {.products = true, .cross = true}};
    input_statistics<double> alone{"in", 20};
    REQUIRE(paired.add_pair(x.view(), x.view()));
    REQUIRE(alone.add(x.view()));
    paired.drop_cross();
    CHECK(same_statistics(alone, paired));
    REQUIRE(paired.merge(alone));
    CHECK(paired.tokens() == 600);
}

TEST_CASE("NaN and infinity are named by input, channel and token, and nothing is added") {
    matrix x(200, 70, 75);
    statistics s{"layer 3 down", 70};
    REQUIRE(s.add(x.view()));
    const statistics before = s;
    x(150, 69) = std::numeric_limits<float>::quiet_NaN();
    auto refused = s.add(x.view());
    REQUIRE(!refused);
    CHECK(refused.error().code == errc::nonfinite);
    for (const char* word : {"'layer 3 down'", "channel 69 ", "NaN", "token 350"}) {
        CHECK(refused.error().message.find(word) != std::string::npos);
    }
    CHECK(same_statistics(before, s));
    x(150, 69) = -std::numeric_limits<float>::infinity();
    refused = s.add(x.view());
    REQUIRE(!refused);
    CHECK(refused.error().message.find("channel 69 is infinite") != std::string::npos);

    statistics paired{"p", 70, {.products = false, .cross = true}};
    const matrix clean(200, 70, 76);
    refused = paired.add_pair(x.view(), clean.view());
    REQUIRE(!refused);
    CHECK(refused.error().message.find("dense model") != std::string::npos);
    CHECK(paired.tokens() == 0);
}

TEST_CASE("what does not belong together does not add up") {
    statistics a{"a", 4};
    for (const statistics& other : {statistics{"b", 4}, statistics{"a", 5},
                                    statistics{"a", 4, {.products = false, .cross = false}}}) {
        const auto merged = a.merge(other);
        REQUIRE(!merged);
        CHECK(merged.error().code == errc::invalid_argument);
    }
}

TEST_CASE("memory is what the parts occupy") {
    CHECK(statistics::memory(64, {.products = false, .cross = false}) == 3 * 64 * 8);
    CHECK(statistics::memory(64) == 3 * 64 * 8 + 64 * 65 / 2 * 4 + 64 * 128 * 4);
    CHECK(input_statistics<double>::memory(64, {.products = true, .cross = true}) ==
          3 * 64 * 8 + (64 * 65 / 2 + 64 * 64) * 8 + 2 * 64 * 128 * 4);
}

TEST_CASE("a batch without tokens adds none") {
    statistics s{"in", 3};
    REQUIRE(s.add({nullptr, 0, 3}));
    CHECK(s.tokens() == 0);
    CHECK(s.batches() == 1);
}

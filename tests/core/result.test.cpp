// SPDX-License-Identifier: MIT
// A value or an error, and what happens to those who do not look.
#include "aborts.hpp"

#include <gradus/core/result.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace {

using gradus::done;
using gradus::errc;
using gradus::error;
using gradus::result;
using gradus::status;

result<int> half_of(int n) {
    if (n % 2 != 0) { return error{errc::invalid_argument, "n is odd"}; }
    return n / 2;
}

}  // namespace

TEST_CASE("a success holds its value") {
    result<int> r = half_of(8);
    REQUIRE(r);
    CHECK(r.has_value());
    CHECK(r.value() == 4);
    CHECK(*r == 4);
    r.value() = 5;
    const auto& constant = r;
    CHECK(constant.value() == 5);
}

TEST_CASE("a failure holds its code and its message") {
    const result<int> r = half_of(7);
    REQUIRE_FALSE(r);
    CHECK_FALSE(r.has_value());
    CHECK(r.error().code == errc::invalid_argument);
    CHECK(r.error().message == "n is odd");
}

TEST_CASE("a value that can only be moved passes through") {
    result<std::unique_ptr<int>> r = std::make_unique<int>(3);
    REQUIRE(r);
    CHECK(**r == 3);
    const std::unique_ptr<int> taken = std::move(r).value();
    CHECK(*taken == 3);
}

TEST_CASE("members are reached through the arrow") {
    result<std::string> r{std::string{"abc"}};
    CHECK(r->size() == 3);
    const auto& constant = r;
    CHECK(constant->size() == 3);
}

TEST_CASE("status is success without a value") {
    const status good = done{};
    const status bad = error{errc::io, "closed"};
    CHECK(good);
    CHECK_FALSE(bad);
    CHECK(bad.error().code == errc::io);
}

TEST_CASE("a result of an error keeps value and failure apart") {
    const result<std::string> value{std::string{"text"}};
    const result<std::string> failure{error{errc::malformed, "text"}};
    CHECK(value.has_value());
    CHECK_FALSE(failure.has_value());
}

TEST_CASE("asking for the wrong one stops the program, contracts or not") {
    CHECK(gradus::test::aborts([] { (void)half_of(1).value(); }));
    CHECK(gradus::test::aborts([] { (void)half_of(2).error(); }));
    CHECK(gradus::test::aborts([] {
        result<int> r = half_of(1);
        *r = 2;
    }));
    CHECK_FALSE(gradus::test::aborts([] { (void)half_of(2).value(); }));
}

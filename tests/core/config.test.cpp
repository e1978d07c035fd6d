// SPDX-License-Identifier: MIT
// The instruction set in the name of the namespace, and contracts that stop the program.
#include "aborts.hpp"

#include <gradus/core/config.hpp>
#include <gradus/core/contract.hpp>
#include <gradus/core/types.hpp>

#include <doctest/doctest.h>

#include <string_view>
#include <type_traits>

namespace {

constexpr std::string_view tag = gradus::isa_name;

constexpr bool tagged(std::string_view part) {
    return tag.find(part) != std::string_view::npos;
}

static_assert(tag.substr(0, 3) == "isa");
static_assert(tagged("_checked") == (GRADUS_CONTRACTS != 0));
#if defined(GRADUS_FORCE_SCALAR)
static_assert(tagged("_plain"));
#else
static_assert(!tagged("_plain"));
#endif
#if defined(__AVX2__)
static_assert(tagged("_avx2"));
#else
static_assert(!tagged("_avx2"));
#endif
#if defined(__SSE4_2__)
static_assert(tagged("_sse4_2"));
#else
static_assert(!tagged("_sse4_2"));
#endif

// Values that cross objects must not grow members that need a body.
static_assert(std::is_trivially_copyable_v<gradus::bracket>);
static_assert(std::is_trivially_copyable_v<gradus::interval>);
static_assert(std::is_same_v<gradus::lane_code_t<float>, gradus::code_t>);

}  // namespace

TEST_CASE("the version is that of the first release") {
    CHECK(GRADUS_VERSION_MAJOR == 0);
    CHECK(GRADUS_VERSION_MINOR == 1);
    CHECK(GRADUS_VERSION_PATCH == 0);
}

TEST_CASE("a broken contract stops the program where contracts are on") {
    const bool on = GRADUS_CONTRACTS != 0;
    CHECK(gradus::test::aborts([] { GRADUS_EXPECT(1 + 1 == 3); }) == on);
    CHECK(gradus::test::aborts([] { GRADUS_ASSERT(1 + 1 == 3); }) == on);
    CHECK(gradus::test::aborts([] { GRADUS_ENSURE(1 + 1 == 3); }) == on);
    CHECK_FALSE(gradus::test::aborts([] { GRADUS_EXPECT(1 + 1 == 2); }));
}

TEST_CASE("a contract evaluates its condition once where contracts are on, else never") {
    [[maybe_unused]] int calls = 0;
    GRADUS_EXPECT(++calls > 0);
    CHECK(calls == GRADUS_CONTRACTS);
}

// SPDX-License-Identifier: MIT
// Aligned, zeroed, deeply copied bytes.
#include <gradus/core/aligned_buffer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace {

using gradus::aligned_buffer;
using gradus::index_t;

static_assert(std::is_nothrow_move_constructible_v<aligned_buffer>);
static_assert(aligned_buffer::alignment == 64);

bool all(const aligned_buffer& b, std::byte value) {
    return std::all_of(b.bytes().begin(), b.bytes().end(), [=](std::byte x) { return x == value; });
}

void fill(aligned_buffer& b, std::byte value) {
    std::fill(b.bytes().begin(), b.bytes().end(), value);
}

}  // namespace

TEST_CASE("a buffer has the size asked for, on a 64-byte boundary, zeroed") {
    for (index_t size = 0; size <= 300; ++size) {
        aligned_buffer used{size};
        fill(used, std::byte{0xff});  // so that memory handed out again is dirty
        aligned_buffer b{size};
        REQUIRE(b.size() == size);
        REQUIRE(b.bytes().size() == size);
        REQUIRE(reinterpret_cast<std::uintptr_t>(b.bytes().data()) % 64 == 0);
        REQUIRE(all(b, std::byte{0}));
    }
    const aligned_buffer huge{(index_t{1} << 22) + 3};
    CHECK(all(huge, std::byte{0}));
    const aligned_buffer large{1'000'003};
    CHECK(large.size() == 1'000'003);
    CHECK(all(large, std::byte{0}));
}

TEST_CASE("an empty buffer owns nothing") {
    const aligned_buffer none;
    const aligned_buffer zero{0};
    CHECK(none.size() == 0);
    CHECK(none.bytes().data() == nullptr);
    CHECK(zero.bytes().data() == nullptr);
    const aligned_buffer copy = zero;
    CHECK(copy.size() == 0);
}

TEST_CASE("a copy is deep") {
    aligned_buffer a{100};
    fill(a, std::byte{1});
    aligned_buffer b = a;
    fill(a, std::byte{2});
    CHECK(b.size() == 100);
    CHECK(all(b, std::byte{1}));
    b = a;
    fill(a, std::byte{3});
    CHECK(all(b, std::byte{2}));
}

TEST_CASE("a move hands the bytes over and leaves an empty buffer") {
    aligned_buffer a{100};
    fill(a, std::byte{1});
    const std::byte* address = a.bytes().data();
    aligned_buffer b = std::move(a);
    CHECK(b.bytes().data() == address);
    CHECK(a.size() == 0);  // NOLINT(bugprone-use-after-move): the promise under test
    CHECK(a.bytes().data() == nullptr);
    aligned_buffer c{3};
    c = std::move(b);
    CHECK(c.bytes().data() == address);
    CHECK(c.size() == 100);
}

TEST_CASE("a buffer survives assignment to itself") {
    aligned_buffer a{65};
    fill(a, std::byte{9});
    const aligned_buffer& same = a;
    a = same;
    CHECK(a.size() == 65);
    CHECK(all(a, std::byte{9}));
}

TEST_CASE("bytes that somebody is about to write need not be zeroed") {
    for (const index_t size : {0u, 1u, 300u, 1u << 22}) {
        aligned_buffer b{size, aligned_buffer::unwritten};
        REQUIRE(b.size() == size);
        fill(b, std::byte{7});
        const aligned_buffer copy = b;
        CHECK(all(copy, std::byte{7}));
    }
}

// SPDX-License-Identifier: MIT
// Rows, blocks and strides of a matrix that somebody else owns.
#include "aborts.hpp"

#include <gradus/core/matrix_view.hpp>

#include <doctest/doctest.h>

#include <numeric>
#include <type_traits>
#include <vector>

namespace {

using gradus::index_t;
using gradus::matrix_view;

static_assert(std::is_trivially_copyable_v<matrix_view<float>>);
static_assert(std::is_convertible_v<matrix_view<float>, matrix_view<const float>>);
static_assert(!std::is_convertible_v<matrix_view<const float>, matrix_view<float>>);
static_assert(!std::is_convertible_v<matrix_view<int>, matrix_view<const float>>);

std::vector<int> counted(index_t n) {
    std::vector<int> v(n);
    std::iota(v.begin(), v.end(), 0);
    return v;
}

}  // namespace

TEST_CASE("element (r, c) lies at r * stride + c") {
    for (const index_t rows : {1u, 2u, 5u}) {
        for (const index_t cols : {1u, 3u, 8u}) {
            for (const index_t padding : {0u, 1u, 7u}) {
                const index_t stride = cols + padding;
                auto data = counted(rows * stride);
                const matrix_view<int> m{data.data(), rows, cols, stride};
                CHECK(m.size() == rows * cols);
                for (index_t r = 0; r < rows; ++r) {
                    REQUIRE(m.row(r).size() == cols);
                    REQUIRE(m.row(r).data() == data.data() + r * stride);
                    for (index_t c = 0; c < cols; ++c) {
                        REQUIRE(m(r, c) == static_cast<int>(r * stride + c));
                        REQUIRE(&m(r, c) == &m.row(r)[c]);
                    }
                }
            }
        }
    }
}

TEST_CASE("without a stride the rows touch") {
    auto data = counted(6);
    const matrix_view<int> m{data.data(), 2, 3};
    CHECK(m.stride == 3);
    CHECK(m(1, 0) == 3);
}

TEST_CASE("writing through a view changes the owner, and nothing between the rows") {
    std::vector<int> data(2 * 5, -1);
    const matrix_view<int> m{data.data(), 2, 3, 5};
    for (index_t r = 0; r < 2; ++r) {
        for (index_t c = 0; c < 3; ++c) {
            m(r, c) = 7;
        }
    }
    CHECK(data == std::vector<int>{7, 7, 7, -1, -1, 7, 7, 7, -1, -1});
}

TEST_CASE("a block is the same elements, some rows further down") {
    auto data = counted(7 * 4);
    const matrix_view<int> m{data.data(), 7, 3, 4};
    for (index_t first = 0; first <= 7; ++first) {
        for (index_t count = 0; first + count <= 7; ++count) {
            const auto b = m.block(first, count);
            REQUIRE(b.rows == count);
            REQUIRE(b.cols == 3);
            REQUIRE(b.stride == 4);
            for (index_t r = 0; r < count; ++r) {
                REQUIRE(&b(r, 2) == &m(first + r, 2));
            }
        }
    }
}

TEST_CASE("a mutable view reads as a constant one") {
    auto data = counted(8);
    const matrix_view<int> m{data.data(), 2, 3, 4};
    const matrix_view<const int> c = m;
    CHECK(c.data == m.data);
    CHECK(c.rows == 2);
    CHECK(c.cols == 3);
    CHECK(c.stride == 4);
}

TEST_CASE("columns of a view are a view with its stride") {
    auto data = counted(12);
    const matrix_view<int> m{data.data(), 3, 4};
    const matrix_view<int> part = m.columns(1, 2);
    CHECK(part.rows == 3);
    CHECK(part.cols == 2);
    CHECK(part.stride == 4);
    CHECK(&part(2, 1) == &m(2, 2));
    CHECK(m.columns(4, 0).size() == 0);
    CHECK(m.columns(0, 4).data == m.data);
}

TEST_CASE("an empty view has no elements") {
    const matrix_view<float> m;
    CHECK(m.size() == 0);
    CHECK(m.data == nullptr);
    CHECK(m.block(0, 0).size() == 0);
}

#if GRADUS_CONTRACTS
TEST_CASE("what lies outside is a broken contract") {
    auto data = counted(12);
    const matrix_view<int> m{data.data(), 3, 4};
    CHECK(gradus::test::aborts([&] { (void)m(3, 0); }));
    CHECK(gradus::test::aborts([&] { (void)m(0, 4); }));
    CHECK(gradus::test::aborts([&] { (void)m.row(3); }));
    CHECK(gradus::test::aborts([&] { (void)m.block(4, 0); }));
    CHECK(gradus::test::aborts([&] { (void)m.block(2, 2); }));
    CHECK(gradus::test::aborts([&] { (void)m.columns(5, 0); }));
    CHECK(gradus::test::aborts([&] { (void)m.columns(2, 3); }));
    CHECK(gradus::test::aborts([&] { (void)m.block(1, static_cast<index_t>(-1)); }));
    CHECK(gradus::test::aborts([&] { (void)matrix_view<int>{data.data(), 3, 4, 3}; }));
}
#endif

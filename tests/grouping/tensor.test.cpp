// SPDX-License-Identifier: MIT
// One grid for the whole matrix.
#include <gradus/grouping/tensor.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::tensor;

static_assert(gradus::grouping<tensor>);
static_assert(gradus::name_of<tensor>() == "tensor");
static_assert(tensor::spans_rows);

}  // namespace

TEST_CASE("a group has all columns, and all rows too") {
    for (const gradus::index_t cols : {0u, 1u, 172u, 288u, 352u, 11'008u}) {
        CHECK(tensor{}.columns(cols) == cols);
    }
}

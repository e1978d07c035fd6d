// SPDX-License-Identifier: MIT
// Columns go into storage order and come back.
#include <gradus/compress/storage_order.hpp>

#include <doctest/doctest.h>

namespace {

using namespace gradus;

TEST_CASE("columns come back where they were") {
    std::vector<float> w(3 * 5);
    std::iota(w.begin(), w.end(), 1.0f);
    const std::vector<index_t> order{3, 0, 4, 1, 2};
    const auto stored = columns_in_order({w.data(), 3, 5}, order);
    CHECK(stored[0] == 4.0f);  // row 0, column 3
    CHECK(columns_put_back({stored.data(), 3, 5}, order) == w);
}

TEST_CASE("columns are sorted by falling score, ties as they lie") {
    const std::vector<double> scores{1.0, 3.0, 1.0, 7.0, 3.0};
    CHECK(order_by(scores) == std::vector<index_t>{3, 1, 4, 0, 2});
}

TEST_CASE("a column's sensitivity is its squares over its diagonal of the inverse") {
    const std::vector<float> w{1.0f, 2.0f, 3.0f, 4.0f};
    const std::vector<double> inverse{0.5, 0.25};
    std::vector<double> found{1.0, 0.0};
    add_sensitivity({w.data(), 2, 2}, inverse, 2.0, found);
    CHECK(found[0] == doctest::Approx(1.0 + 2.0 * (1.0 + 9.0) / 0.5));
    CHECK(found[1] == doctest::Approx(2.0 * (4.0 + 16.0) / 0.25));
}

}  // namespace

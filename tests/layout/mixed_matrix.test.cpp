// SPDX-License-Identifier: MIT
// Mixed matrices: what fits together, what does not, and every bit.
#include <gradus/layout/mixed_matrix.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace gradus;

using eight = layout<uniform_symmetric<8>, group<32>>;
using trained = layout<adaptive_quantile<2>, group<32>>;

template <class L> packed_part part(index_t rows, index_t cols) {
    return part_of(packed_matrix<L>{rows, cols});
}

/// Columns [0, 64) and [70, 100) of [16, 128].
mixed_matrix sound() {
    mixed_matrix m{.rows = 16, .cols = 128, .runs = {}};
    m.runs.push_back({0, part<eight>(16, 64)});
    m.runs.push_back({70, part<trained>(16, 30)});
    return m;
}

bool finds(const mixed_matrix& m, std::string_view words) {
    const auto why = m.find_bad_part();
    return why && why->find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("the bits of a mixed matrix are those of its runs, codebooks and outliers") {
    mixed_matrix m = sound();
    // 64 codes and 2 scales a row; 30 codes of 2 bits in 16 rows and one scale a row, 4 levels.
    const index_t runs = 16 * (64 * 8 + 2 * 16) + 16 * (30 * 2 + 16) + 4 * 16;
    CHECK(m.size_in_bits() == runs);
    m.outliers = sparse_f16::of(16, 128, std::vector<sparse_entry>{{3, 127, 1.0f}}).value();
    CHECK(m.size_in_bits() == runs + 17 * 32 + 32);
    CHECK_FALSE(m.find_bad_part());
    CHECK(m.runs[1].last() == 100);
}

TEST_CASE("one packed part is a mixed matrix") {
    const mixed_matrix m = mixed_of(part<eight>(5, 40));
    CHECK(m.rows == 5);
    CHECK(m.cols == 40);
    CHECK_FALSE(m.find_bad_part());
    CHECK(m.size_in_bits() == part<eight>(5, 40).size_in_bits());
}

TEST_CASE("parts that do not fit are named") {
    CHECK_FALSE(sound().find_bad_part());
    mixed_matrix m = sound();
    m.runs[1].first = 63;
    CHECK(finds(m, "run 1 of [16, 30] at column 63"));
    m.runs[1].first = 64;
    CHECK_FALSE(m.find_bad_part());
    m.runs[1].first = 98;
    CHECK_FALSE(m.find_bad_part());
    m.runs[1].first = 99;
    CHECK(finds(m, "run 1"));
    m.runs[1].first = ~index_t{0};
    CHECK(finds(m, "run 1"));
    m = sound();
    m.rows = 17;
    CHECK(finds(m, "run 0"));
    m = sound();
    m.runs[0].part = part<eight>(16, 0);
    CHECK(finds(m, "run 0"));
    m = sound();
    m.outliers = sparse_f16::of(16, 127, {}).value();
    CHECK(finds(m, "outliers"));
    m.outliers = sparse_f16::of(16, 128, {}).value();
    CHECK_FALSE(m.find_bad_part());
    m.runs.clear();
    CHECK_FALSE(m.find_bad_part());
    m.outliers.reset();
    CHECK(finds(m, "without parts"));
}

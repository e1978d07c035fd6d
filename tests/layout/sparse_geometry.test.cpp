// SPDX-License-Identifier: MIT
// Where the parts of a sparse matrix lie, against walking through it.
#include <gradus/layout/sparse_geometry.hpp>
#include <gradus/layout/zero_code.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

#include <doctest/doctest.h>

#include <initializer_list>

namespace {

using namespace gradus;

/// Stretches cover every column once, in order, in whole groups or in pieces of one; the index and
/// the counted survivors advance by what a block has.
template <class L> void walk(index_t rows, index_t cols, index_t size, const survivor_pattern& p) {
    const sparse_geometry<L> where{rows, cols, {size}, p};
    if (!where.fits()) { return; }
    CAPTURE(rows);
    CAPTURE(cols);
    CAPTURE(size);
    index_t bits = 0;
    index_t counted = 0;
    index_t stretches = 0;
    for (index_t t = 0; t < where.grids.tiles(); ++t) {
        index_t stretch = 0;
        for (index_t first = 0; first < cols; ++stretch, ++stretches) {
            const index_t last = where.stretch_end(first);
            REQUIRE(last > first);
            CHECK(last - first <= sparse_geometry<L>::widest);
            const index_t group = where.grids.group_cols;
            const bool whole = first % group == 0 && (last % group == 0 || last == cols);
            CHECK((whole || first / group == (last - 1) / group));
            CHECK((first % group) % L::block_cols == 0);
            CHECK(where.index_bit(t, first) == bits);
            CHECK(where.counted_before(t, first) == counted);
            for (const index_t column : {first, (first + last) / 2, last - 1}) {
                CHECK(where.stretch_of(column) == stretch);
                CHECK(where.stretch_begin(column) == first);
            }
            const index_t marks = where.grids.tile_height(t) * (last - first) / p.m;
            bits += marks * p.bits();
            counted += marks * p.n;
            first = last;
        }
        CHECK(stretch == where.stretches());
    }
    CHECK(where.index_bytes() == (bits + 7) / 8);
    CHECK(where.counted() == counted);
    CHECK(where.ends_bytes() == (p.is_mask() ? 4 * stretches : 0));
    CHECK(where.total_bytes(0) ==
          where.grids.total_bytes() + where.index_bytes() + where.ends_bytes());
}

}  // namespace

TEST_CASE("stretches, index and counts of every shape") {
    using planes = layout<uniform_symmetric<3>, group<>>;
    using trits = layout<ternary, group<>>;
    for (const index_t rows : std::initializer_list<index_t>{1, 31, 32, 100}) {
        for (const index_t cols : std::initializer_list<index_t>{1, 8, 172, 512, 1100, 4096}) {
            for (const index_t size : std::initializer_list<index_t>{0, 1, 24, 64, 172, 512, 700}) {
                for (const survivor_pattern& p :
                     {survivor_mask, survivor_pattern{2, 4}, survivor_pattern{3, 8}}) {
                    walk<planes>(rows, cols, size, p);
                    walk<trits>(rows, cols, size, p);
                }
            }
        }
    }
}

TEST_CASE("survivors take the bytes of their packing, in full runs and a rest") {
    using where = sparse_geometry<layout<uniform_symmetric<3>, group<>>>;
    CHECK(where::survivor_bytes(0) == 0);
    CHECK(where::survivor_bytes(1) == 2);
    CHECK(where::survivor_bytes(512) == 192);
    CHECK(where::survivor_bytes(1024 + 8) == 2 * 192 + 3);
}

TEST_CASE("m must divide columns, groups and blocks") {
    using planes = layout<uniform_symmetric<3>, group<>>;
    using trits = layout<ternary, group<>>;
    CHECK(sparse_geometry<planes>{5, 64, {32}, {2, 4}}.fits());
    CHECK(sparse_geometry<planes>{5, 36, {64}, {2, 4}}.fits());
    CHECK_FALSE(sparse_geometry<planes>{5, 66, {32}, {2, 4}}.fits());
    CHECK_FALSE(sparse_geometry<planes>{5, 60, {30}, {2, 4}}.fits());
    CHECK_FALSE(sparse_geometry<planes>{5, 64, {32}, {4, 4}}.fits());
    CHECK(sparse_geometry<trits>{5, 64, {32}, {2, 4}}.fits());
    CHECK_FALSE(sparse_geometry<trits>{5, 64, {32}, {4, 8}}.fits());  // blocks of 20 columns
}

TEST_CASE("the code of zero, where there is one") {
    CHECK(zero_code_of(uniform_symmetric<4>{}) == code_t{8});
    CHECK(zero_code_of(ternary{}) == code_t{1});
    CHECK(zero_code_of(binary{}) == std::nullopt);
    CHECK(zero_code_of(shifted<uniform_symmetric<4>>{0.5f}) == std::nullopt);
    CHECK(zero_code_of(uniform_asymmetric<4>{}) == code_t{0});  // a zero point a group
    CHECK(zero_code_in<uniform_asymmetric<4>>({2.0f, code_t{5}}, code_t{0}) == 5);
    CHECK(zero_code_in<ternary>({2.0f}, code_t{1}) == 1);
    const normal_quantile<4, normal_placement::nf> nf;
    const auto zero = zero_code_of(nf);
    REQUIRE(zero);
    CHECK(nf.decode(*zero, scale_only{3.0f}) == 0.0f);
}

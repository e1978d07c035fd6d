// SPDX-License-Identifier: MIT
// Sparse lists: their bytes and bits by hand, what cannot be one, and damage that is found.
#include <gradus/layout/find_bad_entry.hpp>
#include <gradus/layout/sparse_f16.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

namespace {

using namespace gradus;

/// Rows 0 and 2 of [4, 7] have entries.
const std::vector<sparse_entry> some = {{0, 2, 1.5f}, {0, 6, -2.0f}, {2, 0, 0x1p-24f}};

/// The lists of a matrix, free to be changed.
struct lists {
    std::vector<std::byte> offsets;
    std::vector<std::byte> columns;
    std::vector<std::byte> values;
    index_t rows;
    index_t cols;

    explicit lists(const sparse_f16_view& w)
        : offsets(w.offsets.begin(), w.offsets.end()),
          columns(w.columns.begin(), w.columns.end()),
          values(w.values.begin(), w.values.end()),
          rows{w.rows},
          cols{w.cols} {}

    [[nodiscard]] sparse_f16_view view() const { return {offsets, columns, values, rows, cols}; }
};

bool finds(const lists& changed, std::string_view words) {
    const auto why = find_bad_entry(changed.view());
    const bool good = why && why->find(words) != std::string::npos;
    if (!good) { MESSAGE(why.value_or("nothing found")); }
    return good;
}

bool refuses(const std::vector<sparse_entry>& entries, std::string_view words) {
    const auto made = sparse_f16::of(4, 7, entries);
    return !made && made.error().code == errc::invalid_argument &&
           made.error().message.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("entries come back, and every stored bit counts") {
    const auto made = sparse_f16::of(4, 7, some);
    REQUIRE(made);
    const sparse_f16_view w = made.value().view();
    CHECK(w.complete());
    CHECK_FALSE(find_bad_entry(w));
    CHECK(w.count() == 3);
    CHECK(made.value().size_in_bits() == 32 * 5 + 3 * (16 + 16));
    CHECK(w.size_in_bits() == 8 * (w.offsets.size() + w.columns.size() + w.values.size()));
    const index_t offsets[] = {0, 2, 2, 3, 3};
    for (index_t r = 0; r <= 4; ++r) {
        CHECK(w.offset(r) == offsets[r]);
    }
    for (index_t k = 0; k < 3; ++k) {
        CHECK(w.column(k) == some[k].column);
        CHECK(w.value(k).value() == some[k].value);
    }
}

TEST_CASE("column numbers have two bytes up to 65,536 columns, and four beyond") {
    const std::vector<sparse_entry> one = {{0, 65535, 1.0f}};
    CHECK(sparse_f16::of(1, 65536, one).value().size_in_bits() == 64 + 32);
    const auto wide = sparse_f16::of(1, 65537, std::vector<sparse_entry>{{0, 65536, 1.0f}});
    REQUIRE(wide);
    CHECK(wide.value().size_in_bits() == 64 + 48);
    CHECK(wide.value().view().column(0) == 65536);
    CHECK_FALSE(find_bad_entry(wide.value().view()));
    CHECK_FALSE(sparse_f16::of(1, (index_t{1} << 32) + 1, {}));
}

TEST_CASE("values are rounded to f16, ties to even") {
    const std::vector<sparse_entry> entries = {{0, 0, 1.0f + 0x1p-11f}, {0, 1, 1.0f + 0x3p-11f}};
    const auto made = sparse_f16::of(1, 2, entries);
    REQUIRE(made);
    CHECK(made.value().view().value(0).value() == 1.0f);
    CHECK(made.value().view().value(1).value() == 1.0f + 0x1p-9f);
}

TEST_CASE("matrices without entries, rows or anything") {
    const auto empty = sparse_f16::of(3, 5, {});
    const sparse_f16 nothing;
    REQUIRE(empty);
    CHECK_FALSE(find_bad_entry(empty.value().view()));
    CHECK(empty.value().size_in_bits() == 32 * 4);
    CHECK_FALSE(find_bad_entry(nothing.view()));
    CHECK(nothing.size_in_bits() == 32);
}

TEST_CASE("a block of rows is those rows") {
    const auto made = sparse_f16::of(4, 7, some);
    const sparse_f16_view rows = made.value().view().block(1, 2);
    CHECK(rows.complete());
    CHECK(rows.rows == 2);
    CHECK(rows.offset(0) == rows.offset(1));
    CHECK(rows.offset(2) == rows.offset(1) + 1);
    CHECK(rows.column(rows.offset(1)) == 0);
    CHECK(rows.value(rows.offset(1)).value() == 0x1p-24f);
}

TEST_CASE("entries that cannot be stored are named") {
    constexpr float inf = std::numeric_limits<float>::infinity();
    CHECK(refuses({{0, 7, 1.0f}}, "entry 0 at row 0, column 7 lies outside"));
    CHECK(refuses({{4, 0, 1.0f}}, "outside"));
    CHECK(refuses({{1, 3, 1.0f}, {1, 3, 2.0f}}, "entry 1 at row 1, column 3 is out of order"));
    CHECK(refuses({{1, 3, 1.0f}, {1, 2, 2.0f}}, "out of order"));
    CHECK(refuses({{1, 3, 1.0f}, {0, 6, 2.0f}}, "out of order"));
    CHECK(refuses({{1, 3, 65520.0f}}, "f16 cannot hold"));
    CHECK(refuses({{1, 3, -inf}}, "f16 cannot hold"));
    CHECK(refuses({{1, 3, std::numeric_limits<float>::quiet_NaN()}}, "f16 cannot hold"));
    CHECK(sparse_f16::of(4, 7, std::vector<sparse_entry>{{3, 6, 65519.0f}}));
}

TEST_CASE("lists that break a rule are found out") {
    const auto made = sparse_f16::of(4, 7, some);
    const lists sound{made.value().view()};
    CHECK_FALSE(find_bad_entry(sound.view()));
    lists w = sound;
    w.offsets.pop_back();
    CHECK(finds(w, "Truncated?"));
    w = sound;
    w.columns.pop_back();
    CHECK(finds(w, "Truncated?"));
    w = sound;
    w.values.pop_back();
    CHECK(finds(w, "Truncated?"));
    w = sound;
    w.rows = 5;
    CHECK(finds(w, "Truncated?"));
    w.rows = index_t{1} << 40;
    CHECK(finds(w, "Truncated?"));
    w = sound;
    w.cols = 65537;
    CHECK(finds(w, "Truncated?"));
    w = sound;
    w.offsets[0] = std::byte{1};
    CHECK(finds(w, "from 0 to its count, 3"));
    w = sound;
    w.offsets[16] = std::byte{2};
    CHECK(finds(w, "from 0 to its count, 3"));
    w = sound;
    w.offsets[8] = std::byte{1};
    CHECK(finds(w, "descend at row 1"));
    w.offsets[7] = std::byte{0xff};  // far beyond the lists
    CHECK(finds(w, "descend at row 0"));
    w = sound;
    w.columns[2] = std::byte{2};
    CHECK(finds(w, "do not ascend below its width, at row 0"));
    w.columns[2] = std::byte{7};
    CHECK(finds(w, "at row 0"));
    w = sound;
    w.columns[5] = std::byte{1};
    CHECK(finds(w, "at row 2"));
    w = sound;
    w.values[5] = std::byte{0x7c};
    CHECK(finds(w, "not finite, at row 2"));
    w.values[5] = std::byte{0xfe};
    CHECK(finds(w, "not finite, at row 2"));
}

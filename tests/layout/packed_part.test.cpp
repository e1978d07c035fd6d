// SPDX-License-Identifier: MIT
// Parts: what a file stores of a matrix, and views of bytes that claim to be one.
#include <gradus/layout/packed_part.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <utility>
#include <vector>

namespace {

using namespace gradus;

using plain = layout<ternary, group<>, log8_scale>;
using trained = layout<adaptive_quantile<2>, group<32>>;

bool refuses(const result<packed_view<trained>>& view, std::string_view words) {
    return !view && view.error().code == errc::malformed &&
           view.error().message.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a part has the name, shape, bytes and codebook of its matrix") {
    packed_matrix<plain> matrix{5, 70, {}, {24}};
    matrix.bytes()[3] = std::byte{42};
    const auto before = matrix.bytes();
    const std::vector<std::byte> bytes(before.begin(), before.end());
    const index_t bits = matrix.size_in_bits();
    const packed_part part = part_of(std::move(matrix));
    CHECK(part.layout == "ternary_g24_log8");
    CHECK(part.rows == 5);
    CHECK(part.cols == 70);
    CHECK(part.codebook.empty());
    CHECK(part.size_in_bits() == bits);
    CHECK(std::equal(bytes.begin(), bytes.end(), part.bytes.bytes().begin()));

    adaptive_quantile<2> map;
    map.levels = {-1.0f, 0.0f, 0.25f, 1.0f};
    packed_matrix<trained> other{3, 40, map};
    const index_t all_bits = other.size_in_bits();
    const packed_part with_levels = part_of(std::move(other));
    CHECK(with_levels.layout == "adaptive_quantile2_g32_f16");
    CHECK(with_levels.codebook == std::vector<float>{-1.0f, 0.0f, 0.25f, 1.0f});
    CHECK(with_levels.size_in_bits() == all_bits);

    packed_matrix<layout<shifted<uniform_symmetric<4>>, group<8>>> moved{1, 1, {0.25f}};
    CHECK(part_of(std::move(moved)).layout == "uniform_symmetric4@0.25_g8_f16");
}

TEST_CASE("views of the right bytes and levels hold them") {
    const packed_matrix<trained> matrix{3, 40};
    const std::vector<float> levels{-0.5f, -0.5f, 0.5f, 1.0f};  // two alike: allowed
    const auto view = view_of(layout_choice<trained>{}, matrix.bytes(), 3, 40, levels);
    REQUIRE(view);
    CHECK(view->rows == 3);
    CHECK(view->cols == 40);
    CHECK(view->bytes.data() == matrix.bytes().data());
    CHECK(std::equal(levels.begin(), levels.end(), view->map.levels.begin()));
}

TEST_CASE("views of bytes of another length are refused") {
    const packed_matrix<trained> matrix{3, 40};
    const std::vector<float> levels{-1.0f, 0.0f, 0.5f, 1.0f};
    const auto bytes = matrix.bytes();
    const auto open = [&](std::span<const std::byte> data, index_t rows, index_t cols) {
        return view_of(layout_choice<trained>{}, data, rows, cols, levels);
    };
    CHECK(open(bytes, 3, 40));
    CHECK(refuses(open(bytes.first(bytes.size() - 1), 3, 40), "adaptive_quantile2_g32_f16"));
    CHECK(refuses(open(bytes, 4, 40), "[4, 40] takes"));
    CHECK(refuses(open(bytes, 3, 41), "bytes (found " + std::to_string(bytes.size()) + ")"));
    CHECK(refuses(open({}, 3, 40), "found 0"));
    CHECK(refuses(open(bytes, 0, 40), "takes 0 bytes"));
    CHECK(refuses(open(bytes, index_t{1} << 40, 1), "takes"));
    CHECK(refuses(open(bytes, 1, index_t{1} << 40), "takes"));
}

TEST_CASE("views with a bad codebook are refused") {
    const packed_matrix<trained> matrix{3, 40};
    constexpr float inf = std::numeric_limits<float>::infinity();
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    const auto with = [&](const std::vector<float>& levels) {
        return view_of(layout_choice<trained>{}, matrix.bytes(), 3, 40, levels);
    };
    CHECK(refuses(with({}), "0 levels (expected 4)"));
    CHECK(refuses(with({-1.0f, 0.0f, 1.0f}), "3 levels (expected 4)"));
    CHECK(refuses(with({-1.0f, 0.0f, 0.5f, 1.0f, 2.0f}), "5 levels (expected 4)"));
    CHECK(refuses(with({-1.0f, 0.5f, 0.0f, 1.0f}), "level 2"));
    CHECK(refuses(with({nan, 0.0f, 0.5f, 1.0f}), "level 0"));
    CHECK(refuses(with({-1.0f, 0.0f, 0.5f, nan}), "level 3"));
    CHECK(refuses(with({-1.0f, 0.0f, 0.5f, inf}), "level 3"));
    CHECK(refuses(with({-inf, 0.0f, 0.5f, 1.0f}), "level 0"));
    const packed_matrix<plain> other{3, 40};
    const std::vector<float> levels{0.0f, 1.0f};
    CHECK_FALSE(view_of(layout_choice<plain>{}, other.bytes(), 3, 40, levels));
    CHECK(view_of(layout_choice<plain>{}, other.bytes(), 3, 40, {}));
}

// SPDX-License-Identifier: MIT
// Four rows by sixteen columns of codebook codes: those of `locate`, on and beside every split.
#include "encode_values.hpp"

#include <gradus/grouping/group.hpp>
#include <gradus/kernels/split_codes.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/normal_quantile.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <vector>

using namespace gradus;

namespace {

/// Splits and levels of a codebook times `scale`, and up to three floats to both sides of each;
/// zeros; values around the grid.
template <class M> std::vector<float> delicate_values(const M& map, float scale) {
    std::vector<float> values = test::values_around(scale, 64, 1);
    const auto splits = map.splits();
    for (index_t c = 0; c < splits.size(); ++c) {
        for (const float at : {splits[c] * scale, map.level(static_cast<code_t>(c)) * scale}) {
            if (!(magnitude(at) < 1e30f)) { continue; }
            const auto bits = std::bit_cast<std::uint32_t>(at);
            for (std::uint32_t off = 0; off < 7; ++off) {
                const float near = std::bit_cast<float>(bits + off - 3);
                if (near == near && magnitude(near) < 1e38f) { values.push_back(near); }
            }
        }
    }
    values.resize((values.size() + 63) / 64 * 64, 0.0f);
    return values;
}

template <class M> int faults_of_four_rows(const M& map = {}) {
    using L = layout<M, group<64>>;
    int faults = 0;
    if constexpr (requires { &row_codes<L, nearest>::four_rows::locate; }) {
        for (const float scale : test::all_scales) {
            const std::vector<float> values = delicate_values(map, scale);
            const index_t columns = values.size() / 4;
            tile_grid<L> grid{};
            for (index_t r = 0; r < 4; ++r) {
                grid.set(8 + r, {scale});
            }
            const row_codes<L, nearest> codes{map, &grid, 1, nullptr, 8};
            const auto rows = codes.of_group(0);
            for (index_t c = 0; c < columns; c += simd::lanes) {
                simd::u32x16 words[4];
                rows.choose(values.data() + c, columns, words);
                for (index_t r = 0; r < 4; ++r) {
                    std::uint32_t found[simd::lanes];
                    words[r].store(found);
                    for (index_t i = 0; i < simd::lanes; ++i) {
                        const float x = values[r * columns + c + i];
                        const auto code = nearest{}.start(0).choose(map.locate(x, {scale}));
                        faults += found[i] != code;
                    }
                }
            }
        }
    } else {
        CHECK(GRADUS_HAS_SIMD == 0);
    }
    return faults;
}

}  // namespace

TEST_CASE_TEMPLATE("codes of tables are those of locate, whatever lies near a split",
                   M,
                   normal_quantile<1>,
                   normal_quantile<2>,
                   normal_quantile<4>,
                   normal_quantile<3, normal_placement::nf>,
                   normal_quantile<4, normal_placement::nf>,
                   normal_quantile<4, normal_placement::equal_mass>,
                   adaptive_quantile<4>) {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(faults_of_four_rows<M>() == 0);
}

TEST_CASE("codes of levels that coincide") {
    adaptive_quantile<3> map;
    for (const auto& levels :
         std::vector<std::array<float, 8>>{{-1.0f, -1.0f, -0.5f, 0.0f, 0.0f, 0.0f, 1.0f, 1.0f},
                                           {0.25f, 0.25f, 0.25f, 0.25f, 0.25f, 0.25f, 0.25f, 0.25f},
                                           {-1.0f, -0.5f, 0.0f, 0.25f, 0.5f, 1.0f, 1.0f, 1.0f}}) {
        map.levels = levels;
        CHECK(faults_of_four_rows(map) == 0);
    }
}

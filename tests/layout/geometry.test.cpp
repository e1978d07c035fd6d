// SPDX-License-Identifier: MIT
// Sizes and offsets, against a walk over everything that is stored.
#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/layout/geometry.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <algorithm>

namespace {

using namespace gradus;

/// Bytes of `n` codes in a block: each plane ends at a byte; trits go five to a byte.
template <class L> index_t block_bytes(index_t n) {
    if constexpr (std::is_same_v<typename L::packing_type, base3>) {
        index_t total = 0;
        for (; n > 320; n -= 320) {
            total += 64;
        }
        return total + (n + 4) / 5;
    } else {
        index_t total = 0;
        for (index_t width = 1; width <= 8; width *= 2) {
            const bool used = (static_cast<index_t>(L::packing_type::bits) & width) != 0;
            for (index_t bit = 0; used && bit < n * width; bit += 8) {
                ++total;
            }
        }
        return total;
    }
}

/// Counts the stream of layout/layout.hpp piece by piece, the first `rows` rows of it.
template <class L> index_t counted_bytes(index_t rows, index_t cols, index_t group) {
    using M = typename L::mapping_type;
    constexpr auto scale = static_cast<index_t>(L::scale_type::bits) / 8;
    constexpr auto word = static_cast<index_t>(L::scale_type::row_bits) / 8;
    constexpr index_t zero_bits = has_zero_point<M> ? static_cast<index_t>(M::bits) : 0;
    const bool one_grid = L::grouping_type::spans_rows;
    index_t total = one_grid ? word + scale + (zero_bits + 7) / 8 : 0;
    for (index_t row = 0; row < rows; row += L::tile_rows) {
        const index_t height = std::min<index_t>(L::tile_rows, rows - row);
        if (!one_grid) { total += height * word; }
        for (index_t first = 0; first < cols; first += group) {
            const index_t columns = std::min(group, cols - first);
            if (!one_grid) { total += height * scale + (height * zero_bits + 7) / 8; }
            for (index_t at = 0; at < columns; at += L::block_cols) {
                total += block_bytes<L>(height * std::min(L::block_cols, columns - at));
            }
        }
    }
    return total;
}

/// Checks a shape: the total, and the offset of every tile.
template <class L> int geometry_faults(index_t rows, index_t cols, typename L::grouping_type by) {
    const geometry<L> shape{rows, cols, by};
    const index_t group = by.columns(cols);
    int faults = shape.total_bytes() != counted_bytes<L>(rows, cols, group);
    faults += shape.groups() != (cols + group - 1) / group;
    index_t height = 0;
    for (index_t t = 0; t < shape.tiles(); ++t) {
        faults += shape.tile_offset(t) != counted_bytes<L>(t * L::tile_rows, cols, group);
        faults +=
            shape.tile_offset(t) + shape.tile_bytes(shape.tile_height(t)) > shape.total_bytes();
        height += shape.tile_height(t);
    }
    return faults + (height != rows);
}

constexpr index_t all_rows[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 100};
constexpr index_t all_cols[] = {1, 2, 3, 4, 5, 19, 20, 21, 31, 32, 33, 64, 172, 173, 288, 352, 600};
constexpr index_t all_groups[] = {1, 2, 3, 31, 32, 50, 64, 100, 128, 400, 1000};

template <class L> int faults_of_all_shapes() {
    int faults = 0;
    for (const index_t rows : all_rows) {
        for (const index_t cols : all_cols) {
            if constexpr (std::is_same_v<typename L::grouping_type, group<>>) {
                for (const index_t size : all_groups) {
                    faults += geometry_faults<L>(rows, cols, group<>{size});
                }
                faults += geometry_faults<L>(rows, cols, group<>{any_size});
            } else {
                faults += geometry_faults<L>(rows, cols, {});
            }
        }
    }
    return faults;
}

template <mapping M, scale_format S = f16_scale> using by_size = layout<M, group<>, S>;
template <mapping M> using rows_of = layout<M, group<>, f16_scale, packing_for<M>, single_rows>;

}  // namespace

TEST_CASE_TEMPLATE("totals and offsets are those of the stream, counted piece by piece",
                   L,
                   by_size<uniform_symmetric<1>>,
                   by_size<uniform_symmetric<2>, log8_scale>,
                   by_size<uniform_symmetric<3>>,
                   by_size<uniform_symmetric<4>, f32_scale>,
                   by_size<uniform_symmetric<5>>,
                   by_size<uniform_symmetric<6>, bf16_scale>,
                   by_size<uniform_symmetric<7>, log8_scale>,
                   by_size<uniform_symmetric<8>>,
                   by_size<uniform_asymmetric<1>>,
                   by_size<uniform_asymmetric<3>, log8_scale>,
                   by_size<uniform_asymmetric<5>>,
                   by_size<uniform_asymmetric<8>, f32_scale>,
                   by_size<ternary>,
                   by_size<ternary, log8_scale>,
                   by_size<adaptive_quantile<6>>,
                   layout<uniform_symmetric<3>, group<50>>,
                   layout<uniform_asymmetric<3>, channel, log8_scale>,
                   layout<uniform_symmetric<4>, tensor>,
                   layout<uniform_asymmetric<5>, tensor, log8_scale>,
                   layout<ternary, tensor, f32_scale>,
                   rows_of<uniform_symmetric<4>>,
                   rows_of<uniform_asymmetric<7>>,
                   rows_of<ternary>,
                   layout<uniform_asymmetric<3>, tensor, log8_scale, bit_planes<3>, single_rows>) {
    CHECK(faults_of_all_shapes<L>() == 0);
}

TEST_CASE("a channel is a group of all columns") {
    for (const index_t cols : all_cols) {
        const geometry<layout<ternary, channel>> fixed{33, cols, {}};
        const geometry<layout<ternary, group<>>> sized{33, cols, {any_size}};
        const geometry<layout<ternary, group<>>> wide{33, cols, {100'000}};
        CHECK(fixed.total_bytes() == sized.total_bytes());
        CHECK(fixed.total_bytes() == wide.total_bytes());
        CHECK(fixed.groups() == 1);
    }
}

TEST_CASE("nothing takes no bytes") {
    CHECK(geometry<by_size<ternary, log8_scale>>{0, 5, {}}.total_bytes() == 0);
    CHECK(geometry<by_size<ternary, log8_scale>>{5, 0, {}}.total_bytes() == 0);
    CHECK(geometry<layout<ternary, tensor, log8_scale>>{0, 0, {}}.total_bytes() == 0);
    CHECK(geometry<layout<ternary, tensor, log8_scale>>{3, 0, {}}.total_bytes() == 0);
}

// SPDX-License-Identifier: MIT
// Grids and codes of quantized matrices are those of the policies, value by value.
#include "weights.hpp"

#include <gradus/grouping/channel.hpp>
#include <gradus/kernels/pack_codes.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/rounding/stochastic.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <vector>

namespace {

using namespace gradus;
using namespace gradus::test;

/// Bell-shaped, with groups of zeros, a few values far out, and, for a scale that is a power of
/// two, values in the middle of two codes and beside it.
weights with_edges(index_t rows, index_t cols) {
    weights w = bell_shaped(rows, cols, rows + cols);
    const auto key = random_key::of(seed(), 0x65646765u);
    for (index_t i = 0; i < w.values.size(); ++i) {
        const index_t r = i / cols;
        const auto kind = key.below(8, 2 * i);
        const float middle = (static_cast<float>(key.below(16, 2 * i + 1)) - 7.5f) * 0x1p-5f;
        if (r % 5 == 1) { w.values[i] = kind < 3 ? middle : w.values[i]; }
        if (r % 5 == 1 && kind == 1) { w.values[i] = std::nextafter(middle, 1.0f); }
        if (r % 5 == 1 && kind == 2) { w.values[i] = std::nextafter(middle, -1.0f); }
        if (r % 5 == 1 && i % cols % 32 == 7) { w.values[i] = -7.5f * 0x1p-5f; }
        if (r % 5 == 2 && i % cols < 40) { w.values[i] = 0.0f; }
        if (r % 5 == 3 && kind == 0) { w.values[i] *= 50.0f; }
        if (r % 5 == 4 && kind == 0) { w.values[i] *= 1e-2f; }
    }
    return w;
}

/// Codes and scales that differ from `fit` of the stored mapping and from `locate` and `choose`.
template <class L, class R = nearest>
int faults_of(index_t rows, index_t cols, typename L::grouping_type by = {}) {
    using M = typename L::mapping_type;
    const weights w = with_edges(rows, cols);
    const recipe<L, minmax, R> how{.groups = by};
    const auto packed = quantize(w, how);
    if (!packed) { return 1'000'000; }
    const plain_codes plain = unpack_codes(packed.value().view());
    const index_t group = packed.value().view().shape().group_cols;
    int faults = 0;
    for (index_t r = 0; r < rows; ++r) {
        auto state = how.rounding.start(r);
        const std::uint32_t word = plain.row_words.empty() ? 0 : plain.row_words[r];
        const stored_mapping<M, typename L::scale_type> map{&how.map, word};
        for (index_t first = 0; first < cols; first += group) {
            const index_t count = std::min(group, cols - first);
            const floats values = weights_view{w}.row(r).subspan(first, count);
            const auto p = map.fit(minmax::of(values));
            const index_t at = r * plain.grid_cols + first / group;
            faults += plain.scales[at] != p.scale;
            if constexpr (has_zero_point<M>) { faults += plain.zeros[at] != p.zero; }
            for (index_t c = 0; c < count; ++c) {
                const code_t code = state.choose(map.locate(values[c], p));
                faults += plain.codes[r * cols + first + c] != code;
            }
        }
    }
    return faults;
}

template <class L> int faults_of_shapes(typename L::grouping_type by = {}) {
    int faults = 0;
    for (const index_t rows : std::initializer_list<index_t>{1, 31, 32, 70}) {
        for (const index_t cols : std::initializer_list<index_t>{1, 16, 100, 128, 176, 560}) {
            faults += faults_of<L>(rows, cols, by);
        }
    }
    return faults;
}

}  // namespace

TEST_CASE_TEMPLATE("symmetric grids",
                   M,
                   ternary,
                   binary,
                   uniform_symmetric<1>,
                   uniform_symmetric<2>,
                   uniform_symmetric<4>,
                   uniform_symmetric<7>,
                   uniform_symmetric<8>,
                   uniform_symmetric<3, code_range::restricted>,
                   shifted<uniform_symmetric<5>>) {
    INFO("GRADUS_SEED=", seed());
    CHECK(faults_of_shapes<layout<M, group<32>>>() == 0);
}

TEST_CASE_TEMPLATE("zero points",
                   M,
                   uniform_asymmetric<1>,
                   uniform_asymmetric<3>,
                   uniform_asymmetric<4>,
                   uniform_asymmetric<6>,
                   uniform_asymmetric<8>,
                   shifted<uniform_asymmetric<4>>) {
    INFO("GRADUS_SEED=", seed());
    CHECK(faults_of_shapes<layout<M, group<32>>>() == 0);
}

TEST_CASE("every kind of group, scale and tile") {
    INFO("GRADUS_SEED=", seed());
    CHECK(faults_of_shapes<layout<uniform_symmetric<4>, channel>>() == 0);
    CHECK(faults_of_shapes<layout<uniform_asymmetric<8>, channel, f32_scale>>() == 0);
    CHECK(faults_of_shapes<layout<uniform_asymmetric<4>, group<64>, bf16_scale>>() == 0);
    CHECK(faults_of_shapes<layout<uniform_symmetric<4>, group<128>, log8_scale>>() == 0);
    CHECK(faults_of_shapes<layout<uniform_asymmetric<5>, group<>>>({20}) == 0);
    CHECK(faults_of_shapes<layout<uniform_asymmetric<5>, group<>>>({48}) == 0);
    CHECK(faults_of_shapes<layout<ternary, group<>>>({80}) == 0);
    CHECK(faults_of_shapes<layout<normal_quantile<4>, group<64>>>() == 0);
    CHECK(faults_of_shapes<
              layout<uniform_symmetric<4>, group<32>, f16_scale, bit_planes<4>, tiles_of_16>>() ==
          0);
    CHECK(faults_of_shapes<
              layout<uniform_symmetric<4>, group<32>, f16_scale, bit_planes<4>, single_rows>>() ==
          0);
}

TEST_CASE("random roundings go on from group to group and from panel to panel") {
    INFO("GRADUS_SEED=", seed());
    CHECK(faults_of<layout<uniform_symmetric<4>, group<64>>, stochastic>(33, 320) == 0);
    CHECK(faults_of<layout<uniform_symmetric<3>, group<32>>, stochastic>(32, 4200) == 0);
    CHECK(faults_of<layout<uniform_symmetric<4>, group<32>>>(32, 4200) == 0);
    CHECK(faults_of<layout<uniform_asymmetric<4>, channel>>(32, 4208) == 0);
}

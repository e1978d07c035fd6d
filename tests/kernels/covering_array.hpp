// SPDX-License-Identifier: MIT
// Forty recipes in which any two choices of two axes meet: instead of thousands of combinations.
#pragma once

#include "kernel_faults.hpp"

#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/kl_divergence.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/range/percentile.hpp>
#include <gradus/rounding/error_diffusing.hpp>
#include <gradus/rounding/noisy.hpp>
#include <gradus/rounding/stochastic.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <array>
#include <tuple>

namespace gradus::test {

using all_mappings = std::tuple<uniform_symmetric<4>,
                                uniform_symmetric<8, code_range::restricted>,
                                shifted<uniform_symmetric<3>>,
                                uniform_asymmetric<5>,
                                normal_quantile<4>,
                                normal_quantile<2, normal_placement::equal_mass>,
                                normal_quantile<3, normal_placement::nf>,
                                adaptive_quantile<6>,
                                binary,
                                ternary>;
using all_groupings = std::tuple<tensor, channel, group<32>, group<>>;
using all_formats = std::tuple<f32_scale, f16_scale, bf16_scale, log8_scale>;
using all_roundings = std::tuple<nearest, stochastic, error_diffusing, noisy<>>;
using all_ranges = std::tuple<minmax, percentile, mse_search, kl_divergence>;

/// A user's own packing: codes one after the other in a little-endian stream of bits.
template <int Bits, int Codes> struct in_order {
    static constexpr std::string_view name = "in_order";
    static constexpr int bits = Bits;
    static constexpr int codes = Codes;
    static constexpr index_t block = 64;

    static constexpr index_t bytes(index_t n) noexcept { return (n * Bits + 7) / 8; }

    static void pack(std::span<const code_t> in, std::span<std::byte> out) noexcept {
        std::fill(out.begin(), out.end(), std::byte{0});
        for (index_t i = 0; i < in.size() * Bits; ++i) {
            const unsigned bit = (static_cast<unsigned>(in[i / Bits]) >> (i % Bits)) & 1u;
            out[i / 8] |= static_cast<std::byte>(bit << (i % 8));
        }
    }

    static void unpack(std::span<const std::byte> in, std::span<code_t> out) noexcept {
        std::fill(out.begin(), out.end(), code_t{0});
        for (index_t i = 0; i < out.size() * Bits; ++i) {
            const unsigned bit = (static_cast<unsigned>(in[i / 8]) >> (i % 8)) & 1u;
            out[i / Bits] = static_cast<code_t>(out[i / Bits] | (bit << (i % Bits)));
        }
    }
};

/// Axes: mapping, grouping, scale format, packing (as usual, single rows, a packing of one's own),
/// rounding, range.
using selection = std::array<index_t, 6>;

inline constexpr selection axis_sizes{
    std::tuple_size_v<all_mappings>,  std::tuple_size_v<all_groupings>,
    std::tuple_size_v<all_formats>,   3,
    std::tuple_size_v<all_roundings>, std::tuple_size_v<all_ranges>};

inline constexpr std::array<selection, 40> covering_array{{
    {0, 0, 3, 1, 0, 3}, {0, 1, 1, 2, 2, 1}, {0, 2, 0, 0, 3, 2}, {0, 3, 2, 1, 1, 0},
    {1, 0, 1, 0, 1, 1}, {1, 1, 3, 1, 3, 0}, {1, 2, 2, 0, 2, 3}, {1, 3, 0, 2, 0, 2},
    {2, 0, 2, 2, 3, 2}, {2, 1, 0, 1, 2, 3}, {2, 2, 1, 1, 0, 1}, {2, 3, 3, 0, 1, 0},
    {3, 0, 0, 0, 2, 3}, {3, 1, 2, 2, 0, 1}, {3, 2, 3, 1, 1, 2}, {3, 3, 1, 0, 3, 0},
    {4, 0, 0, 2, 2, 0}, {4, 1, 1, 1, 1, 2}, {4, 2, 2, 0, 3, 3}, {4, 3, 3, 2, 0, 1},
    {5, 0, 2, 2, 2, 2}, {5, 1, 1, 2, 0, 3}, {5, 2, 0, 1, 3, 1}, {5, 3, 3, 0, 1, 0},
    {6, 0, 2, 0, 0, 0}, {6, 1, 0, 0, 1, 2}, {6, 2, 3, 2, 2, 1}, {6, 3, 1, 1, 3, 3},
    {7, 0, 2, 1, 0, 0}, {7, 1, 3, 0, 3, 2}, {7, 2, 1, 2, 1, 3}, {7, 3, 0, 1, 2, 1},
    {8, 0, 1, 1, 3, 3}, {8, 1, 3, 0, 2, 1}, {8, 2, 0, 1, 0, 0}, {8, 3, 2, 2, 1, 2},
    {9, 0, 0, 2, 2, 0}, {9, 1, 2, 1, 1, 3}, {9, 2, 3, 0, 3, 2}, {9, 3, 1, 2, 0, 1},
}};

/// Whether every choice of one axis meets every choice of every other.
constexpr bool covers_all_pairs() {
    for (index_t a = 0; a < axis_sizes.size(); ++a) {
        for (index_t b = a + 1; b < axis_sizes.size(); ++b) {
            for (index_t pair = 0; pair < axis_sizes[a] * axis_sizes[b]; ++pair) {
                bool met = false;
                for (const selection& row : covering_array) {
                    met = met || row[a] * axis_sizes[b] + row[b] == pair;
                }
                if (!met) { return false; }
            }
        }
    }
    return true;
}

static_assert(covers_all_pairs());

template <selection S> struct selected {
    template <index_t Axis, class All> using choice = std::tuple_element_t<S[Axis], All>;

    using mapping_type = choice<0, all_mappings>;
    static constexpr index_t packing_choice = S[3];
    using packing_type = std::conditional_t<packing_choice == 2,
                                            in_order<mapping_type::bits, mapping_type::codes>,
                                            packing_for<mapping_type>>;
    using layout_type = layout<mapping_type,
                               choice<1, all_groupings>,
                               choice<2, all_formats>,
                               packing_type,
                               packing_choice == 1 ? single_rows : tiles_of_32>;
    using rounding_type = choice<4, all_roundings>;
    using range_type = choice<5, all_ranges>;
};

/// Rows of growing size and changing sign, a row of zeros, a column that stands out.
inline std::vector<float> uneven_weights(index_t rows, index_t cols) {
    const auto key = random_key::of(seed(), 0x7765u, cols);
    std::vector<float> w(rows * cols);
    for (index_t i = 0; i < w.size(); ++i) {
        const index_t r = i / cols;
        const double sum = key.uniform(3 * i) + key.uniform(3 * i + 1) + key.uniform(3 * i + 2);
        const double spread = static_cast<double>(1 + r) * (i % cols == 7 ? 0.5 : 0.1);
        w[i] = r % 19 == 4 ? 0.0f : static_cast<float>(spread * (sum - 1.4));
    }
    return w;
}

/// One recipe: bytes as by definition, then every kernel on them.
template <selection S> index_t faults_of_selection(std::uint64_t number) {
    using what = selected<S>;
    using L = typename what::layout_type;
    typename what::rounding_type rounding;
    if constexpr (requires { rounding.seed; }) { rounding.seed = seed() + number; }
    typename L::grouping_type by;
    if constexpr (requires { by.size = 20; }) { by.size = 20; }
    const recipe<L, typename what::range_type, typename what::rounding_type> how{
        .rounding = rounding, .groups = by};
    index_t faults = 0;
    constexpr index_t shapes[][2] = {{1, 1}, {15, 33}, {17, 100}, {33, 52}};
    for (const auto& [rows, cols] : shapes) {
        const std::vector<float> values = uneven_weights(rows, cols);
        const weights_view weights{values.data(), rows, cols};
        std::vector<float> importance(cols);
        for (index_t c = 0; c < cols; ++c) {
            importance[c] = static_cast<float>(c * 29 % 23) + 0.25f;  // no period of a group
        }
        const bool weighs =
            trainable_mapping<typename L::mapping_type> || uses_importance(how.range);
        for (const floats important : {floats{}, floats{importance}}) {
            if (!important.empty() && !weighs) { continue; }  // refused
            const auto packed = quantize(weights, how, important);
            if (!packed) { return 1'000'000; }
            const auto d = quantized_by_definition<L>(weights, how.range, rounding, important, by,
                                                      packed->map());
            faults += differences(packed->bytes(), d.bytes());
            faults += decode_faults(d, packed->view()) + panel_faults(d, packed->view());
            constexpr index_t batches[] = {1, 7};
            faults += product_faults(d, packed->view(), batches);
        }
    }
    return faults;
}

template <index_t Row> index_t faults_of_recipe() {
    return faults_of_selection<covering_array[Row]>(Row);
}

}  // namespace gradus::test

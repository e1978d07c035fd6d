// SPDX-License-Identifier: MIT
// Repacking from the plain order: the definition's bytes, the values back, and what is refused.
#include "definition.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/kernels/pack_codes.hpp>
#include <gradus/layout/shipped_menu.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace gradus;
using namespace gradus::test;

/// Codes, grids and row words of a definition, as another tool would hold them.
template <class L> plain_codes plain_of(definition<L> d) {
    plain_codes plain;
    plain.rows = d.rows;
    plain.cols = d.cols;
    plain.grid_rows = d.one_grid ? 1 : d.rows;
    plain.grid_cols = d.one_grid ? 1 : d.groups();
    plain.codes = d.codes;
    for (const auto& grid : d.grids) {
        plain.scales.push_back(grid.scale);
        if constexpr (has_zero_point<typename L::mapping_type>) {
            plain.zeros.push_back(grid.zero);
        }
    }
    if (L::scale_type::row_bits != 0) { plain.row_words = d.words; }
    return plain;
}

/// A random matrix whose codes are all of the mapping.
template <class L>
definition<L> chosen_definition(index_t rows, index_t cols, typename L::grouping_type by) {
    auto d = random_definition<L>(rows, cols, by);
    for (code_t& code : d.codes) {
        code = std::max(code, lowest_code<typename L::mapping_type>);
    }
    return d;
}

bool same(const plain_codes& a, const plain_codes& b) {
    return a.rows == b.rows && a.cols == b.cols && a.grid_rows == b.grid_rows &&
           a.grid_cols == b.grid_cols && a.codes == b.codes && a.scales == b.scales &&
           a.zeros == b.zeros && a.row_words == b.row_words;
}

template <class L> index_t faults_of(typename L::grouping_type by = {}) {
    index_t faults = 0;
    for (const index_t rows : std::initializer_list<index_t>{1, 15, 16, 33}) {
        for (const index_t cols : std::initializer_list<index_t>{1, 5, 64, 100, 172}) {
            const auto d = chosen_definition<L>(rows, cols, by);
            const std::vector<std::byte> expected = d.bytes();
            const plain_codes plain = plain_of(d);
            const auto packed = pack_codes<L>(plain.view(), d.map, by);
            if (!packed) { return 1'000'000; }
            const auto bytes = packed.value().bytes();
            faults +=
                std::equal(bytes.begin(), bytes.end(), expected.begin(), expected.end()) ? 0u : 1u;
            faults += same(unpack_codes(packed.value().view()), plain) ? 0u : 1u;
        }
    }
    return faults;
}

template <class... L> index_t faults_of_menu(const menu<L...>&) {
    return (faults_of<L>() + ...);
}

using even = layout<uniform_asymmetric<4>, group<32>>;
using logarithmic = layout<uniform_symmetric<3>, group<>, log8_scale>;

/// A sound matrix [17, 70] of `even`, to be spoiled.
plain_codes sound() {
    return plain_of(random_definition<even>(17, 70));
}

template <class L = even>
bool refuses(const plain_codes& plain, std::initializer_list<std::string_view> words) {
    const auto packed = pack_codes<L>(plain.view());
    if (packed) { return false; }
    bool good = packed.error().code == errc::invalid_argument;
    for (const std::string_view word : words) {
        good = good && packed.error().message.find(word) != std::string::npos;
    }
    if (!good) { MESSAGE(packed.error().message); }
    return good;
}

}  // namespace

TEST_CASE("every layout of the menu: bytes as defined, and all of the plain form back") {
    INFO("GRADUS_SEED=", seed());
    CHECK(faults_of_menu(shipped_menu{}) == 0);
}

TEST_CASE("run-time groups, whole rows and single rows") {
    CHECK(faults_of<layout<uniform_symmetric<5>, group<>>>({24}) == 0);
    CHECK(faults_of<layout<uniform_asymmetric<7>, group<>, log8_scale>>({any_size}) == 0);
    CHECK(faults_of<layout<uniform_asymmetric<2>, channel, f32_scale>>() == 0);
    CHECK(faults_of<layout<uniform_asymmetric<3>, tensor, log8_scale>>() == 0);
    CHECK(faults_of<
              layout<uniform_asymmetric<3>, group<20>, f16_scale, bit_planes<3>, single_rows>>() ==
          0);
}

TEST_CASE("the plain order may have a stride, and threads change nothing") {
    const auto d = random_definition<even>(40, 70);
    const plain_codes plain = plain_of(d);
    std::vector<code_t> wide(40 * 80, code_t{255});
    for (index_t r = 0; r < 40; ++r) {
        std::copy_n(plain.codes.data() + 70 * r, 70, wide.data() + 80 * r + 7);
    }
    plain_codes_view view = plain.view();
    view.codes = {wide.data() + 7, 40, 70, 80};
    thread_pool threads{3};
    const auto packed = pack_codes<even>(view, {}, {}, threads);
    REQUIRE(packed);
    const auto expected = d.bytes();
    CHECK(std::equal(expected.begin(), expected.end(), packed.value().bytes().begin()));
}

TEST_CASE("a GPTQ matrix by hand: zero points and scales of two groups") {
    // Two rows, groups of 2: w = (code - zero) * scale.
    using pairs = layout<uniform_asymmetric<4>, group<2>>;
    const plain_codes plain{
        2, 4, 2, 2, {15, 0, 7, 9, 1, 2, 3, 4}, {0.5f, 2.0f, 1.0f, -0.25f}, {8, 7, 0, 5}, {}};
    const auto packed = pack_codes<pairs>(plain.view());
    REQUIRE(packed);
    std::vector<float> values(8);
    decode(packed.value().view(), matrix_view<float>{values.data(), 2, 4});
    CHECK(values == std::vector<float>{3.5f, -4.0f, 0.0f, 4.0f, 1.0f, 2.0f, 0.5f, 0.25f});
}

TEST_CASE("codes and zero points beyond the width are named") {
    CHECK(pack_codes<even>(sound().view()));
    plain_codes plain = sound();
    plain.codes[70 * 3 + 5] = 16;
    CHECK(refuses(plain, {"uniform_asymmetric4_g32_f16", "code 16", "[3, 5]", "0 to 15"}));
    plain = sound();
    plain.zeros[3 * 16 + 2] = 200;
    CHECK(refuses(plain, {"zero point 200", "[16, 2]"}));
    using limited = layout<uniform_symmetric<4, code_range::restricted>, group<32>>;
    plain_codes other = plain_of(chosen_definition<limited>(3, 40, {}));
    CHECK(pack_codes<limited>(other.view()));
    other.codes[7] = 0;
    CHECK(refuses<limited>(other, {"code 0", "[0, 7]", "1 to 15"}));
    using trits = layout<ternary, group<32>>;
    plain_codes three = plain_of(random_definition<trits>(3, 40));
    three.codes[0] = 3;
    CHECK(refuses<trits>(three, {"code 3", "0 to 2"}));
}

TEST_CASE("counts that the layout does not ask for are named") {
    plain_codes plain = sound();
    plain.grid_cols = 2;
    CHECK(refuses(plain, {"scales of [17, 2]", "[17, 3]"}));
    plain = sound();
    plain.grid_rows = 16;
    CHECK(refuses(plain, {"scales of [16, 3]", "[17, 3]"}));
    plain = sound();
    plain.zeros.clear();
    CHECK(refuses(plain, {"zero points of [0, 0]", "[17, 3]"}));
    plain = sound();
    plain.row_words.resize(17);
    CHECK(refuses(plain, {"row words of 17", "expected 0"}));
    plain = plain_of(random_definition<logarithmic>(17, 70, {32}));
    CHECK(pack_codes<logarithmic>(plain.view(), {}, {32}));
    CHECK(refuses<logarithmic>(plain, {"scales of [17, 3]", "[17, 2]"}));  // groups of 64
    plain = plain_of(random_definition<logarithmic>(17, 70, {64}));
    plain.zeros.resize(plain.scales.size());
    CHECK(refuses<logarithmic>(plain, {"zero points", "none"}));
    plain.zeros.clear();
    plain.row_words.clear();
    CHECK(refuses<logarithmic>(plain, {"row words of 0", "expected 17"}));
    CHECK(refuses(plain_codes{}, {"without rows"}));
}

TEST_CASE("scales, row words and levels that would change are named") {
    constexpr float inf = std::numeric_limits<float>::infinity();
    for (const float bad :
         {0.1f, 1e-9f, 1e6f, inf, -inf, std::numeric_limits<float>::quiet_NaN()}) {
        plain_codes plain = sound();
        plain.scales[3 * 4 + 1] = bad;
        CHECK(refuses(plain, {"scale at [4, 1]", "'f16'"}));
    }
    plain_codes plain = plain_of(random_definition<logarithmic>(17, 70, {64}));
    plain.scales[5] = rounded(plain.scales[5] * 1.01f) + 1e-4f;
    CHECK(refuses<logarithmic>(plain, {"scale at [2, 1]", "'log8'"}));
    plain = plain_of(random_definition<logarithmic>(17, 70, {64}));
    plain.row_words[9] = 0x10000u;
    CHECK(refuses<logarithmic>(plain, {"row word 65536", "row 9"}));

    using trained = layout<adaptive_quantile<2>, group<32>>;
    const auto d = random_definition<trained>(3, 40);
    const plain_codes sound_one = plain_of(d);
    adaptive_quantile<2> map = d.map;
    CHECK(pack_codes<trained>(sound_one.view(), map));
    map.levels[2] = 0.1f;
    CHECK_FALSE(pack_codes<trained>(sound_one.view(), map));
    map = d.map;
    std::swap(map.levels[0], map.levels[3]);
    const auto packed = pack_codes<trained>(sound_one.view(), map);
    REQUIRE_FALSE(packed);
    CHECK(packed.error().message.find("level 1") != std::string::npos);
}

// SPDX-License-Identifier: MIT
// Sparse matrices in memory as terms of a linear layer.
#include "random_matrix.hpp"

#include <gradus/kernels/pack_smallest.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/model/linear.hpp>
#include <gradus/model/sparse_parts.hpp>
#include <gradus/quantize/quantize.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <memory>

namespace {

using namespace gradus;
using gradus::test::matrix;

using four = layout<uniform_symmetric<4>, group<>>;
using small_menu = menu<four>;

/// Every other column pruned, whatever is stored then.
packed_part pruned_part(matrix& values) {
    const matrix w(40, 64, 50);
    const auto packed = quantize(w.view(), recipe<four>{.groups = {16}}).value();
    plain_codes plain = unpack_codes(packed.view());
    for (index_t i = 1; i < plain.codes.size(); i += 2) {
        plain.codes[i] = four::mapping_type::zero_code;
    }
    decode(pack_codes<four>(plain.view(), {}, {16}).value(), values.view());
    return pack_smallest<four>(plain.view(), {}, {16}).value();
}

bool fails(const std::pair<bool, result<part_pointer>>& held, errc code, std::string_view words) {
    return !held.second && held.second.error().code == code &&
           held.second.error().message.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a held sparse part multiplies like its values, and counts its bits") {
    matrix values(40, 64);
    const auto part = std::make_shared<const packed_part>(pruned_part(values));
    CHECK(part->layout == "uniform_symmetric4_g16_f16_2of4");
    const auto held = hold_any_part<small_menu>(part);
    CHECK(held.first);
    REQUIRE(held.second);
    const linear layer{{held.second.value()}};
    CHECK(layer.rows() == 40);
    CHECK(layer.cols() == 64);
    CHECK(layer.size_in_bits() == part->size_in_bits());
    CHECK(layer.size_in_bits() < dense_bits<four>(40, 64, {16}));
    const matrix x(3, 64, 51);
    matrix y(3, 40);
    workspace memory{layer.scratch(3)};
    layer(x.view(), y.view(), memory);
    for (index_t i = 0; i < y.values.size(); ++i) {
        double sum = 0.0;
        for (index_t c = 0; c < 64; ++c) {
            sum += static_cast<double>(x(i / 40, c)) * static_cast<double>(values(i % 40, c));
        }
        CHECK(std::abs(sum - static_cast<double>(y.values[i])) < 2e-5);
    }
}

TEST_CASE("what no menu has, or what is not as it says, is refused") {
    matrix values(40, 64);
    const packed_part sound = pruned_part(values);
    const auto with = [&](auto change) {
        packed_part part = sound;
        change(part);
        return std::make_shared<const packed_part>(std::move(part));
    };
    const auto other = with([](packed_part& p) { p.layout = "ternary_g16_f16_mask"; });
    CHECK(fails(hold_any_part<small_menu>(other), errc::unsupported, "ternary_g16_f16_mask"));
    const auto mask = with([](packed_part& p) { p.layout = "uniform_symmetric4_g16_f16_mask"; });
    CHECK(fails(hold_any_part<small_menu>(mask), errc::malformed, "Truncated?"));
    const auto wide = with([](packed_part& p) { p.cols = 68; });
    CHECK(fails(hold_any_part<small_menu>(wide), errc::malformed, "Truncated?"));
    const auto odd = with([](packed_part& p) { p.layout = "uniform_symmetric4_g16_f16_5of4"; });
    CHECK(fails(hold_any_part<small_menu>(odd), errc::unsupported, "menu"));
}

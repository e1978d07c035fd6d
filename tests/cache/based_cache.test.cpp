// SPDX-License-Identifier: MIT
// A change of coordinates inside a cache is not seen from outside.
#include "../model/random_matrix.hpp"

#include <gradus/cache/based_cache.hpp>
#include <gradus/cache/f32_cache.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace {

using gradus::f16;
using gradus::head_basis;
using gradus::index_t;
using gradus::test::matrix;

head_basis random_basis(index_t width, std::uint64_t stream) {
    head_basis basis = gradus::plain_basis(width);
    basis.shift = gradus::test::noise(width, stream, 3.0f);
    for (float& x : basis.shift) {
        x = f16::from(x).value();
    }
    const std::vector<float> keys = gradus::test::noise(width, stream + 1);
    std::sort(basis.order.begin(), basis.order.end(),
              [&](index_t a, index_t b) { return keys[a] < keys[b]; });
    return basis;
}

}  // namespace

static_assert(gradus::kv_cache<gradus::based_cache<gradus::f32_cache>>);

TEST_CASE("shifted and reordered channels give the results of the plain cache") {
    constexpr index_t heads = 2;
    constexpr index_t sharing = 3;
    constexpr index_t width = 12;
    constexpr index_t tokens = 21;
    auto bases = std::make_shared<gradus::layer_bases>();
    for (index_t h = 0; h < heads; ++h) {
        bases->keys.push_back(random_basis(width, 10 + 4 * h));
        bases->values.push_back(random_basis(width, 12 + 4 * h));
    }
    const matrix k{tokens, heads * width, 1};
    const matrix v{tokens, heads * width, 2};
    const matrix q{tokens, heads * sharing * width, 3};
    gradus::f32_cache plain{{heads, width, tokens}};
    gradus::based_cache<gradus::f32_cache> based{gradus::f32_cache{{heads, width, tokens}}, bases};
    matrix expected{tokens, q.cols};
    matrix found{tokens, q.cols};
    for (const auto& [first, count] : {std::pair<index_t, index_t>{0, 9}, {9, 12}}) {
        plain.append(k.view().block(first, count), v.view().block(first, count));
        based.append(k.view().block(first, count), v.view().block(first, count));
        plain.attend(q.view().block(first, count), expected.view().block(first, count));
        based.attend(q.view().block(first, count), found.view().block(first, count));
    }
    double difference = 0.0;
    for (index_t i = 0; i < found.values.size(); ++i) {
        difference = std::max(difference, std::abs(static_cast<double>(found.values[i]) -
                                                   static_cast<double>(expected.values[i])));
    }
    CHECK(difference < 2e-5);
    CHECK(based.length() == tokens);
    CHECK(based.size_in_bytes() == plain.size_in_bytes());
    based.truncate(4);
    CHECK(based.length() == 4);
    based.reset();
    CHECK(based.length() == 0);
}

TEST_CASE("a basis undoes itself, and costs bits only where it changes something") {
    constexpr index_t width = 40;
    const head_basis basis = random_basis(width, 5);
    const std::vector<float> x = gradus::test::noise(width, 9);
    std::vector<float> y(width);
    std::vector<float> back(width);
    gradus::to_basis(basis, x, true, y);
    gradus::from_basis(basis, y, back);
    for (index_t i = 0; i < width; ++i) {
        CHECK(std::abs(static_cast<double>(back[i]) - static_cast<double>(x[i])) < 1e-6);
    }
    CHECK(gradus::basis_bits(gradus::plain_basis(width)) == 0);
    CHECK(gradus::basis_bits(basis) == width * (16 + 6));
    head_basis shifted = gradus::plain_basis(width);
    shifted.shift[3] = 1.0f;
    CHECK(gradus::basis_bits(shifted) == width * 16);
}

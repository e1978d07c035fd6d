// SPDX-License-Identifier: MIT
// Sums of parts, transforms, biases and gains of a linear layer.
#include "random_matrix.hpp"

#include <gradus/kernels/decode.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/model/linear.hpp>
#include <gradus/quantize/quantize.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace {

using gradus::f32_panels;
using gradus::index_t;
using gradus::linear;
using gradus::make_part;
using gradus::matrix_view;
using gradus::workspace;
using gradus::test::matrix;
using gradus::test::noise;

/// x W^T + bias in double precision, rounded.
matrix product(const matrix& x, const matrix& w, const std::vector<float>& bias = {}) {
    matrix y(x.rows, w.rows);
    for (index_t t = 0; t < x.rows; ++t) {
        for (index_t r = 0; r < w.rows; ++r) {
            double sum = bias.empty() ? 0.0 : static_cast<double>(bias[r]);
            for (index_t c = 0; c < x.cols; ++c) {
                sum += static_cast<double>(x(t, c)) * static_cast<double>(w(r, c));
            }
            y(t, r) = static_cast<float>(sum);
        }
    }
    return y;
}

bool near(const matrix& a, const matrix& b, float bound = 1e-4f) {
    for (index_t i = 0; i < a.values.size(); ++i) {
        if (!(std::abs(a.values[i] - b.values[i]) <= bound)) { return false; }
    }
    return a.values.size() == b.values.size();
}

matrix run(const linear& layer, const matrix& x) {
    workspace memory{layer.scratch(x.rows)};
    matrix y(x.rows, layer.rows());
    layer(x.view(), y.view(), memory);
    return y;
}

/// Reverses the columns.
struct reversal final : gradus::input_transform {
    explicit reversal(index_t n) : width_{n} {}

    [[nodiscard]] index_t width() const override { return width_; }

    [[nodiscard]] index_t size_in_bits() const override { return 0; }

    void apply(matrix_view<const float> x, matrix_view<float> y) const override {
        for (index_t t = 0; t < x.rows; ++t) {
            for (index_t c = 0; c < x.cols; ++c) {
                y(t, c) = x(t, x.cols - 1 - c);
            }
        }
    }

    index_t width_;
};

}  // namespace

TEST_CASE("a linear layer is a matrix product, for one token and for many") {
    for (const index_t tokens : {1u, 2u, 9u, 33u}) {
        const matrix w(21, 18, 1);
        const matrix x(tokens, 18, 2);
        const auto bias = noise(21, 3);
        const linear layer{{make_part(f32_panels{w.view()})}, bias};
        CHECK(near(run(layer, x), product(x, w, bias)));
        CHECK(layer.size_in_bits() == 21 * 18 * 32);
    }
}

TEST_CASE("parts add up, and a zero part changes nothing") {
    const matrix whole(16, 32, 4);
    matrix one(16, 32, 5);
    matrix other = whole;
    for (index_t i = 0; i < other.values.size(); ++i) {
        other.values[i] -= one.values[i];
    }
    const matrix x(5, 32, 6);
    linear layer{{make_part(f32_panels{one.view()}), make_part(f32_panels{other.view()})}};
    CHECK(near(run(layer, x), product(x, whole)));
    const matrix zero(16, 32);
    const linear single{{make_part(f32_panels{whole.view()})}};
    layer.set({make_part(f32_panels{whole.view()}), make_part(f32_panels{zero.view()})});
    CHECK(run(layer, x).values == run(single, x).values);
}

TEST_CASE("the transform comes before the matrices") {
    const matrix w(7, 18, 7);
    matrix reversed(7, 18);
    reversal{18}.apply(w.view(), reversed.view());
    const matrix x(4, 18, 8);
    const linear layer{{make_part(f32_panels{reversed.view()})},
                       noise(7, 9),
                       std::make_shared<const reversal>(18)};
    CHECK(near(run(layer, x), product(x, w, noise(7, 9))));
}

TEST_CASE("a gain scales what is added, the bias included") {
    const matrix w(20, 10, 10);
    const auto bias = noise(20, 11);
    const matrix x(3, 10, 12);
    const linear layer{{make_part(f32_panels{w.view()})}, bias};
    const matrix alone = product(x, w, bias);
    for (const float gain : {1.0f, 0.5f, 0.0f, -2.0f}) {
        matrix y(3, 20, 13);
        matrix expected = y;
        for (index_t i = 0; i < y.values.size(); ++i) {
            expected.values[i] += gain * alone.values[i];
        }
        workspace memory{layer.scratch(3)};
        layer.add(x.view(), y.view(), gain, memory);
        CHECK(near(y, expected));
    }
}

TEST_CASE("a packed part multiplies as its decoded values, alone and beside floats") {
    using packed_layout = gradus::layout<gradus::uniform_symmetric<4>, gradus::group<32>>;
    const matrix w(24, 64, 20);
    const matrix x(5, 64, 21);
    auto packed = gradus::quantize(w.view(), gradus::recipe<packed_layout>{});
    REQUIRE(packed);
    matrix decoded(24, 64);
    gradus::decode(packed.value().view(), decoded.view());
    matrix rest = w;
    for (index_t i = 0; i < rest.values.size(); ++i) {
        rest.values[i] -= decoded.values[i];
    }

    const index_t bits = packed.value().size_in_bits();
    const auto part = make_part(std::move(packed).value());
    CHECK(part->size_in_bits() == bits);
    const linear alone{{part}};
    CHECK(near(run(alone, x), product(x, decoded)));
    const linear both{{part, make_part(f32_panels{rest.view()})}};
    CHECK(near(run(both, x), product(x, w)));
    CHECK(both.size_in_bits() == bits + 24 * 64 * 32);
}

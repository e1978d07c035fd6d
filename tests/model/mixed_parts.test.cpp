// SPDX-License-Identifier: MIT
// Runs of columns, outliers and permuted inputs as terms of a linear layer.
#include "random_matrix.hpp"

#include <gradus/layout/layout.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/model/linear.hpp>
#include <gradus/model/mixed_parts.hpp>
#include <gradus/model/permuted_input.hpp>
#include <gradus/quantize/quantize.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <string>

namespace {

using namespace gradus;
using gradus::test::matrix;

using packed_layout = layout<uniform_symmetric<4>, group<>>;
using small_menu = menu<packed_layout>;

/// |x W^T + bias - y|, the largest, in double.
double error_of(const matrix& x, const matrix& w, const matrix& y) {
    double worst = 0.0;
    for (index_t t = 0; t < x.rows; ++t) {
        for (index_t r = 0; r < w.rows; ++r) {
            double sum = 0.0;
            for (index_t c = 0; c < x.cols; ++c) {
                sum += static_cast<double>(x(t, c)) * static_cast<double>(w(r, c));
            }
            worst = std::max(worst, std::abs(sum - static_cast<double>(y(t, r))));
        }
    }
    return worst;
}

matrix output_of(const linear& layer, const matrix& x) {
    workspace memory{layer.scratch(x.rows)};
    matrix y(x.rows, layer.rows());
    layer(x.view(), y.view(), memory);
    return y;
}

part_pointer columns_of(const matrix& w, index_t first, index_t count) {
    return place_run(make_part(f32_panels{w.view().columns(first, count)}), first, w.cols);
}

mixed_matrix small_mixed() {
    mixed_matrix m{.rows = 5, .cols = 20, .runs = {}};
    const matrix w(5, 8, 50);
    m.runs.push_back({3, part_of(quantize(w.view(), recipe<packed_layout>{}).value())});
    m.outliers = sparse_f16::of(5, 20, std::vector<sparse_entry>{{2, 19, 1.0f}}).value();
    return m;
}

result<std::vector<part_pointer>> held(mixed_matrix m) {
    return hold_parts(std::move(m), [](const std::shared_ptr<const packed_part>& part) {
        return hold_part<small_menu>(part).second;
    });
}

}  // namespace

TEST_CASE("runs side by side are the matrix, for one token and for many") {
    for (const index_t tokens : std::initializer_list<index_t>{1, 2, 9}) {
        const matrix w(21, 40, 1);
        const matrix x(tokens, 40, 2);
        const linear layer{{columns_of(w, 0, 7), columns_of(w, 7, 30), columns_of(w, 37, 3)}};
        CHECK(layer.cols() == 40);
        CHECK(error_of(x, w, output_of(layer, x)) < 1e-5);
        CHECK(layer.size_in_bits() == 21 * 40 * 32);
    }
}

TEST_CASE("columns that no run covers are zero, and outliers lie anywhere") {
    matrix w(6, 30, 3);
    const part_pointer back = columns_of(w, 11, 19);
    for (index_t i = 0; i < w.values.size(); ++i) {
        if (i % 30 < 11) { w.values[i] = 0.0f; }
    }
    const std::vector<sparse_entry> entries = {{0, 0, 0.5f}, {4, 10, -2.0f}, {5, 29, 1.25f}};
    for (const sparse_entry& e : entries) {
        w(e.row, e.column) += e.value;
    }
    const linear layer{{back, make_part(sparse_f16::of(6, 30, entries).value())}};
    const matrix x(5, 30, 4);
    CHECK(error_of(x, w, output_of(layer, x)) < 1e-5);
    CHECK(layer.parts()[1]->size_in_bits() == 32 * 7 + 3 * 32);
}

TEST_CASE("a run that covers everything is the part itself") {
    const matrix w(4, 8, 5);
    const part_pointer whole = make_part(f32_panels{w.view()});
    CHECK(place_run(whole, 0, 8) == whole);
    CHECK(place_run(whole, 0, 9) != whole);
    CHECK(place_run(whole, 1, 9)->cols() == 9);
}

TEST_CASE("a permuted input meets permuted columns") {
    std::vector<index_t> sources(35);
    for (index_t i = 0; i < 35; ++i) {
        sources[i] = (8 * i + 3) % 35;
    }
    const matrix w(9, 35, 6);
    matrix permuted(9, 35);
    for (index_t i = 0; i < w.values.size(); ++i) {
        permuted.values[i] = w(i / 35, sources[i % 35]);
    }
    const transform_pointer order = permute_input(column_order::of(sources).value());
    CHECK(order->width() == 35);
    CHECK(order->size_in_bits() == 35 * 16);
    const linear layer{{columns_of(permuted, 0, 20), columns_of(permuted, 20, 15)}, {}, order};
    const matrix x(4, 35, 7);
    CHECK(error_of(x, w, output_of(layer, x)) < 1e-5);
}

TEST_CASE("held parts own their bytes and count them") {
    auto parts = held(small_mixed());
    REQUIRE(parts);
    REQUIRE(parts.value().size() == 2);
    const linear layer{parts.value()};
    CHECK(layer.size_in_bits() == small_mixed().size_in_bits());
    CHECK(layer.rows() == 5);
    CHECK(layer.cols() == 20);
    matrix x(1, 20);
    x(0, 19) = 3.0f;
    x(0, 2) = 5.0f;
    CHECK(output_of(layer, x).values == std::vector<float>{0.0f, 0.0f, 3.0f, 0.0f, 0.0f});
}

TEST_CASE("parts that do not fit, or of unknown layouts, are refused") {
    mixed_matrix m = small_mixed();
    m.runs[0].first = 13;
    CHECK_FALSE(held(std::move(m)));
    m = small_mixed();
    m.runs[0].part.layout = "uniform_symmetric5_g64_f16";
    const auto unknown = held(std::move(m));
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == errc::unsupported);
    CHECK(unknown.error().message.find("uniform_symmetric5") != std::string::npos);
    m = small_mixed();
    m.runs[0].part.bytes = aligned_buffer{3};
    CHECK_FALSE(held(std::move(m)));
}

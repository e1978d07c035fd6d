// SPDX-License-Identifier: MIT
// Products with packed units between forbidden pages, against their decoded values; and where units
// lie in a block.
#include "../model/random_matrix.hpp"
#include "guarded_memory.hpp"

#include <gradus/kernels/f32_exp2.hpp>
#include <gradus/kernels/kv_places.hpp>
#include <gradus/kernels/kv_product.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <vector>

namespace {

using namespace gradus;
using gradus::test::guarded_end;
using gradus::test::guarded_memory;
using gradus::test::matrix;

constexpr index_t rows = 4;

/// Bytes of a unit: scales about 0.01, bases about 0.5, random codes, ascending outliers.
std::vector<std::byte> random_unit(const kv_unit& unit) {
    const random_key key = random_key::of(test::seed(), 9);
    std::vector<std::byte> bytes(unit.bytes());
    for (index_t i = unit.codes_at(); i < unit.outliers_at(); ++i) {
        bytes[i] = static_cast<std::byte>(key.below(256, i));
    }
    if (!unit.has_grid()) {
        for (index_t i = 0; i < unit.outliers_at() / 2; ++i) {
            store_f16(f16::from(static_cast<float>(key.uniform(i))), &bytes[2 * i]);
        }
        return bytes;
    }
    for (index_t v = 0; v < unit.vectors(); ++v) {
        const auto noise = static_cast<float>(key.uniform(10000 + v));
        if (unit.width > 0) { store_f16(f16::from(0.005f + 0.01f * noise), &bytes[2 * v]); }
        if (!unit.centered) { store_f16(f16::from(noise - 0.5f), &bytes[unit.bases_at() + 2 * v]); }
        for (index_t o = 0; o < unit.outliers; ++o) {
            const auto stream = std::span{bytes}.subspan(unit.outliers_at());
            const index_t at = (v * unit.outliers + o) * unit.outlier_bits();
            const auto place = static_cast<std::uint32_t>(o * 3 + v % 2);
            write_bits(place, stream, at, unit.position_bits());
            const auto upper = static_cast<std::uint32_t>(f16::from(2.0f).bits >> unit.width);
            write_bits(upper, stream, at + unit.position_bits(),
                       16 - static_cast<index_t>(unit.width));
        }
    }
    return bytes;
}

/// Products that differ from those of the decoded values by more than rounding explains.
template <class S> index_t faults(const kv_unit& unit, guarded_end end) {
    const std::vector<std::byte> plain = random_unit(unit);
    const guarded_memory<std::byte> bytes{plain, end};
    matrix values(unit.lanes, unit.steps);
    std::vector<code_t> codes(unit.lanes * unit.steps);
    decode_kv_unit(unit, plain, nullptr, {codes.data(), unit.lanes, unit.steps}, values.view());
    const matrix x(rows, unit.steps, 3);
    const guarded_memory<float> seen{x.values, end};
    const index_t stride = unit.lanes + kv_unit::tile_lanes;
    std::vector<float> sums(rows * stride);
    kv_read_ahead nothing;
    kv_product<rows, S> product{{unit, {bytes.data(), plain.size()}, nullptr, nothing},
                                {seen.data(), unit.steps}};
    product.run(0, unit.lanes, 0, unit.steps, sums.data(), stride);
    index_t wrong = 0;
    for (index_t r = 0; r < rows; ++r) {
        for (index_t lane = 0; lane < unit.lanes; ++lane) {
            double exact = 0.0;
            double size = 0.0;
            for (index_t s = 0; s < unit.steps; ++s) {
                const double term =
                    static_cast<double>(x(r, s)) * static_cast<double>(values(lane, s));
                exact += term;
                size += std::abs(static_cast<double>(x(r, s)));
            }
            // Values and grids are below 5; |x| <= 1, scales <= 0.015.
            const double middle = unit.has_grid() ? std::exp2(unit.width - 1) : 0.0;
            const double rounding = S::digits == 0 ? 0.0
                                                   : 0.015 / (2.0 * static_cast<double>(S::most)) *
                                                         middle * static_cast<double>(unit.steps);
            const auto got = static_cast<double>(sums[r * stride + lane]);
            wrong += std::abs(got - exact) <= rounding + 5e-6 * (size + 1.0) ? 0u : 1u;
        }
    }
    return wrong;
}

index_t faults_of_all(const kv_unit& unit) {
    index_t wrong = 0;
    for (const guarded_end end : {guarded_end::front, guarded_end::back}) {
        wrong += faults<exact_attention>(unit, end) + faults<int16_attention>(unit, end) +
                 faults<int8_attention>(unit, end);
    }
    return wrong;
}

}  // namespace

TEST_CASE("products stay inside units of every width, axis and grid") {
    INFO("GRADUS_SEED=", test::seed());
    for (const int width : {0, 1, 2, 3, 4, 5, 6, 7, 8, 16}) {
        for (const scale_axis axis : {scale_axis::step, scale_axis::lane}) {
            for (const bool centered : {false, true}) {
                CHECK(faults_of_all({64, 48, axis, centered, width}) == 0);
                CHECK(faults_of_all({33, 17, axis, centered, width}) == 0);
                if (width != 16) { CHECK(faults_of_all({40, 32, axis, centered, width, 3}) == 0); }
            }
        }
    }
}

TEST_CASE("products of every size of a unit") {
    for (const index_t lanes : std::initializer_list<index_t>{1, 15, 16, 31, 32, 96}) {
        for (const index_t steps : std::initializer_list<index_t>{1, 15, 16, 128, 144, 272}) {
            CHECK(faults_of_all({lanes, steps, scale_axis::step, false, 4}) == 0);
            CHECK(faults_of_all({lanes, steps, scale_axis::lane, false, 8}) == 0);
        }
    }
}

TEST_CASE("units are found where the cursor finds them") {
    for (const index_t tokens : {index_t{32}, index_t{20}}) {  // a full block, and one that is not
        const kv_block_shape shape{
            3, 40, 32, {kv_vectors::channel, false, 16, 0.1}, {kv_vectors::token, true, 0, 0.0}};
        const random_key key = random_key::of(test::seed(), 11);
        std::vector<int> widths(shape.units());
        index_t bytes = shape.field_bytes();
        for (index_t u = 0; u < shape.units(); ++u) {
            widths[u] = kv_width_of(static_cast<unsigned>(key.below(10, u)));
            bytes += shape.unit(u, tokens, widths[u]).bytes();
        }
        std::vector<std::byte> stored(bytes);
        for (index_t u = 0; u < shape.units(); ++u) {
            stored[bytes - shape.field_bytes() + u / 2] |=
                static_cast<std::byte>(kv_width_field(widths[u]) << (u % 2 * 4));
        }
        const kv_block_view block{&shape, tokens, stored};
        const kv_places places{shape};
        index_t start = 0;
        kv_unit_cursor cursor{block};
        for (index_t head = 0; head < shape.heads; ++head) {
            CHECK(places.head(block, head).data() == stored.data() + start);
            for (const kv_kind kind : {kv_kind::key, kv_kind::value}) {
                places.each(block, head, kind, start, [&](const kv_place& place) {
                    CHECK(place.offset == cursor.offset());
                    CHECK(place.bytes == cursor.unit().bytes());
                    start += place.bytes;
                    cursor.next();
                });
            }
            CHECK(places.head(block, head).data() + places.head(block, head).size() ==
                  stored.data() + start);
        }
        CHECK(cursor.done());
    }
}

TEST_CASE("powers of two err by two units in the last place") {
    for (int i = 0; i <= 126 * 64; i += 5) {
        const float x = -static_cast<float>(i) / 64.0f;
        float got[simd::lanes];
        power_of_two(simd::f32x16{x}).store(got);
        const double exact = std::exp2(static_cast<double>(x));
        CHECK(std::abs(static_cast<double>(got[3]) - exact) <= 1.3e-7 * exact);
    }
    const auto at = [](float x) {
        float got[simd::lanes];
        power_of_two(simd::f32x16{x}).store(got);
        return got[0];
    };
    CHECK(at(0.0f) == 1.0f);
    CHECK(at(-127.0f) == 0.0f);
    CHECK(at(-std::numeric_limits<float>::infinity()) == 0.0f);
    CHECK(std::isnan(at(std::numeric_limits<float>::quiet_NaN())));
}

// SPDX-License-Identifier: MIT
// A unit of packed keys times queries, or of packed values times weights.
#pragma once

#include <gradus/kernels/kv_decoded.hpp>
#include <gradus/kernels/kv_read_ahead.hpp>
#include <gradus/kernels/kv_tile.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// A unit where it is stored, and what is asked for meanwhile.
struct kv_stored_unit {
    kv_unit unit;
    std::span<const std::byte> bytes;
    const float* levels;
    kv_read_ahead& ahead;
};

/// Rows of floats.
struct kv_rows_of {
    const float* at;
    index_t stride;
};

/// sums(r, lane) += sum over steps of x(r, step) * value(lane, step).
template <index_t Rows, attention_scheme S> class kv_product {
    using operands = kv_operands<Rows, S>;
    static constexpr index_t tile_lanes = kv_unit::tile_lanes;
    static constexpr index_t block_steps = kv_unit::block_steps;

  public:
    kv_product(const kv_stored_unit& stored, kv_rows_of x) : stored_{stored}, x_{x} {}

    /// Lanes [first, last), steps [from, to): whole tiles and blocks, but for the unit's ends.
    void run(index_t first, index_t last, index_t from, index_t to, float* sums, index_t stride) {
        const kv_unit& unit = stored_.unit;
        const index_t first_tile = first / tile_lanes;
        const index_t end_tile = (last + tile_lanes - 1) / tile_lanes;
        const index_t whole_tiles = is_fast() ? last / tile_lanes : first_tile;
        const index_t whole_steps = is_fast() ? to / block_steps * block_steps : from;
        for (index_t s = from; s < whole_steps && whole_tiles > first_tile;) {
            const index_t count = std::min(operands::most_steps, whole_steps - s);
            fold(s, from, count);
            for (index_t t = first_tile; t < whole_tiles; ++t) {
                multiply(t, s, count, sums + t * tile_lanes - first, stride);
            }
            s += count;
        }
        for (index_t t = first_tile; t < end_tile; ++t) {
            const index_t done = t < whole_tiles ? whole_steps : from;
            for (index_t s = done; s < to; s += block_steps) {
                const kv_decoded_block block{unit, stored_.bytes, stored_.levels, t,
                                             s / block_steps};
                block.template multiply<Rows>(x_.at + s - from, x_.stride,
                                              sums + t * tile_lanes - first, stride);
            }
        }
    }

  private:
    [[nodiscard]] bool is_fast() const {
        const int width = stored_.unit.width;
        const bool digits_know = S::digits == 0 || stored_.levels == nullptr;
        return 1 <= width && width <= 8 && stored_.unit.outliers == 0 && digits_know;
    }

    [[nodiscard]] bool by_step() const { return stored_.unit.axis == scale_axis::step; }

    /// base = base_ratio * scale, for a unit without bases.
    [[nodiscard]] float base_ratio() const {
        if (stored_.levels != nullptr) { return 0.0f; }
        return -0.5f * static_cast<float>((1 << stored_.unit.width) - 1);
    }

    void fold(index_t step, index_t from, index_t count) {
        const kv_unit& unit = stored_.unit;
        const std::byte* const grid = stored_.bytes.data() + 2 * step;
        const bool based = by_step() && !unit.centered;
        operands_.fold(x_.at + step - from, x_.stride, count,
                       {by_step() ? grid : nullptr, based ? grid + unit.bases_at() : nullptr,
                        by_step() ? base_ratio() : 0.0f},
                       unit.width);
    }

    void multiply(index_t tile, index_t step, index_t count, float* sums, index_t stride) {
        const kv_unit& unit = stored_.unit;
        const index_t at = unit.block_at(tile, step / block_steps);
        const index_t blocks = count / block_steps;
        const std::byte* const from = stored_.bytes.data() + at;
        const index_t bytes = blocks * index_t(unit.width) * (tile_lanes * block_steps / 8);
        const kv_codes codes{from, blocks, stored_.ahead.take(bytes, from), stored_.levels};
        const auto add_to = [&](float* to, index_t to_stride) {
            with_kv_width(unit.width, [&](auto width) {
                kv_tile<width(), Rows, S>::multiply(codes, operands_, to, to_stride);
            });
        };
        if (by_step()) { return add_to(sums, stride); }
        alignas(64) float product[Rows * tile_lanes] = {};
        add_to(product, tile_lanes);
        for (index_t h = 0; h < tile_lanes; h += simd::lanes) {
            add_scaled_lanes(tile * tile_lanes + h, product + h, sums + h, stride);
        }
    }

    /// sums(r, lane) += product(r, lane) * scale(lane) + sum(r) * base(lane) for 16 lanes.
    void add_scaled_lanes(index_t lane, const float* product, float* sums, index_t stride) const {
        const kv_unit& unit = stored_.unit;
        const std::byte* const grid = stored_.bytes.data() + 2 * lane;
        const simd::f32x16 scale = simd::load_f16(grid);
        const simd::f32x16 base = unit.centered ? scale * simd::f32x16(base_ratio())
                                                : simd::load_f16(grid + unit.bases_at());
        for (index_t r = 0; r < Rows; ++r) {
            float* const to = sums + r * stride;
            const auto sum = fused(base, operands_.sum[r], simd::f32x16::load(to));
            fused(simd::f32x16::load(product + r * tile_lanes), scale, sum).store(to);
        }
    }

    kv_stored_unit stored_;
    kv_rows_of x_;
    operands operands_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

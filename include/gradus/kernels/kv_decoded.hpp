// SPDX-License-Identifier: MIT
// Blocks of packed units that have no fast form, value by value: the definition of the products.
#pragma once

#include <gradus/kernels/kv_decode.hpp>
#include <gradus/simd/fused_broadcast.hpp>

#include <algorithm>

namespace gradus {
inline namespace GRADUS_ISA {

/// The values of one block (32 lanes by 16 steps at most), zeros beyond it.
struct kv_decoded_block {
    alignas(64) float values[kv_unit::block_steps][kv_unit::tile_lanes] = {};
    index_t steps;

    kv_decoded_block(const kv_unit& unit,
                     std::span<const std::byte> bytes,
                     const float* levels,
                     index_t tile,
                     index_t block)
        : steps{std::min(kv_unit::block_steps, unit.steps - block * kv_unit::block_steps)} {
        const index_t height = unit.tile_height(tile);
        if (!unit.has_grid()) {
            decode_halves(unit, bytes, tile, block, height);
            return;
        }
        code_t codes[kv_unit::block_steps * kv_unit::tile_lanes] = {};
        if (unit.width > 0) {
            unpack_kv_block(unit, bytes, tile, block, std::span{codes, height * steps});
        }
        const float* const known = unit.width == 0 ? nullptr : levels;
        const bool by_step = unit.axis == scale_axis::step;
        const index_t first_step = block * kv_unit::block_steps;
        const index_t first_lane = tile * kv_unit::tile_lanes;
        for (index_t v = 0; v < (by_step ? steps : height); ++v) {
            const index_t vector = v + (by_step ? first_step : first_lane);
            const kv_vector grid = kv_vector_at(unit, bytes, vector, known);
            for (index_t i = 0; i < (by_step ? height : steps); ++i) {
                const index_t lane = by_step ? i : v;
                const index_t step = by_step ? v : i;
                values[step][lane] =
                    unit.width == 0
                        ? grid.base
                        : kv_value(codes[code_position(lane, step, height, steps)], grid, known);
            }
            for (index_t o = 0; o < unit.outliers; ++o) {
                const kv_outlier outlier = kv_outlier_at(unit, bytes, vector, o);
                const index_t first = by_step ? first_lane : first_step;
                const index_t at = outlier.position - first;  // wraps before the block
                if (at >= (by_step ? height : steps)) { continue; }
                const index_t lane = by_step ? at : v;
                const index_t step = by_step ? v : at;
                values[step][lane] =
                    outlier.value(codes[code_position(lane, step, height, steps)], unit.width);
            }
        }
    }

    /// sums(r, lane) += sum over the steps of x(r, step) * value(lane, step).
    template <index_t Rows>
    void multiply(const float* x, index_t x_stride, float* sums, index_t sum_stride) const {
        for (index_t r = 0; r < Rows; ++r) {
            for (index_t half = 0; half < 2; ++half) {
                float* const to = sums + r * sum_stride + half * simd::lanes;
                auto total = simd::f32x16::load(to);
                for (index_t s = 0; s < steps; ++s) {
                    const auto value = simd::f32x16::load(&values[s][half * simd::lanes]);
                    total = fused_broadcast(x[r * x_stride + s], value, total);
                }
                total.store(to);
            }
        }
    }

  private:
    void decode_halves(const kv_unit& unit,
                       std::span<const std::byte> bytes,
                       index_t tile,
                       index_t block,
                       index_t height) {
        const index_t from = unit.block_at(tile, block);
        for (index_t lane = 0; lane < height; ++lane) {
            for (index_t s = 0; s < steps; ++s) {
                values[s][lane] =
                    load_f16(&bytes[from + 2 * code_position(lane, s, height, steps)]);
            }
        }
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

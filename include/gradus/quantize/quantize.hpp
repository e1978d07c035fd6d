// SPDX-License-Identifier: MIT
// Weights to a packed matrix.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/kernels/encode_tile.hpp>
#include <gradus/layout/packed_matrix.hpp>
#include <gradus/quantize/check_recipe.hpp>
#include <gradus/quantize/check_weights.hpp>
#include <gradus/quantize/matrix_grid.hpp>
#include <gradus/quantize/recipe.hpp>
#include <gradus/quantize/train.hpp>

#include <atomic>
#include <memory>

namespace gradus {
inline namespace GRADUS_ISA {

/// A group whose scale its format cannot hold.
template <layout_type L> [[nodiscard]] error scale_error(index_t row, index_t column) {
    return {errc::out_of_range,
            "the scale of the group at row " + std::to_string(row) + ", column " +
                std::to_string(column) + " is too large or too small for the format '" +
                std::string{name_of<typename L::scale_type>()} + "'; use bf16 or f32"};
}

/// What `quantize` refuses before any work. Reading all values once more costs as much as encoding
/// them: where that sees those of full tiles, it tells which are not finite.
template <layout_type L, class Range, rounding R>
[[nodiscard]] status
check_input(weights_view weights, const recipe<L, Range, R>& how, floats importance) {
    if (status sound = check_shape(weights, importance); !sound) { return sound; }
    const status apt = check_recipe(how, !importance.empty());
    const geometry<L> shape{weights.rows, weights.cols, how.groups};
    const bool in_passing = apt && tile_encoder<L, Range, R>::sees_all_values(shape);
    const index_t unseen = in_passing ? weights.rows % L::tile_rows : weights.rows;
    if (!check_values(weights.block(weights.rows - unseen, unseen))) {
        return check_values(weights);
    }
    return apt;
}

/// Packed bytes of larger matrices go past the caches: the values that they come from, two to
/// thirty times as many, have filled those anyway.
inline constexpr index_t streamed_bytes = index_t{1} << 21;

/// Quantizes `weights` [out, in] by a recipe. `importance` weighs the squared error of each input
/// column (empty: all alike); range searches and codebook training use it.
///
/// Bytes:  depend on weights, importance and recipe alone: not on the executor, its workers or the
///         instruction set.
/// Errors: an empty matrix; weights or importances that are not finite; importances of which the
/// recipe
///         makes no use; knobs out of their limits; a scale that its format cannot hold. Nothing is
///         returned then.
/// Memory: `reused` becomes the bytes if it has their very size (`packed_matrix::take_bytes` of a
///         matrix of that shape that is done with): new pages cost up to half of the time.
template <layout_type L, class Range, rounding R, executor E = const serial>
[[nodiscard]] result<packed_matrix<L>> quantize(weights_view weights,
                                                const recipe<L, Range, R>& how,
                                                floats importance = {},
                                                E&& threads = serial{},
                                                aligned_buffer reused = {}) {
    if (status sound = check_input(weights, how, importance); !sound) { return sound.error(); }
    typename L::mapping_type map = how.map;
    if constexpr (trainable_mapping<typename L::mapping_type>) {
        map = trained_mapping(weights, how, importance, threads);
    }
    const geometry<L> shape{weights.rows, weights.cols, how.groups};
    if (reused.size() != shape.total_bytes()) {
        reused = aligned_buffer{shape.total_bytes(), aligned_buffer::unwritten};
    }
    packed_matrix<L> packed{std::move(reused), weights.rows, weights.cols, map, how.groups};
    const bool streams = shape.total_bytes() >= streamed_bytes;
    tile_job<L, Range, R> job{shape, &map, &how.range, &how.rounding, importance, {}, streams};
    if constexpr (geometry<L>::matrix_grid) {
        const std::uint32_t word = matrix_word<L>(map, flattened(weights));
        job.matrix_grid = matrix_grid_of(job, weights);
        const interval all = extent_of(flattened(weights));
        if (!storable<L>(map.fit(all).scale, job.matrix_grid.scale, word)) {
            return scale_error<L>(0, 0);
        }
        write_matrix_grid<L>(job.matrix_grid, word, packed.bytes().data());
    }
    constexpr index_t none = ~index_t{0};
    std::atomic<index_t> failed = none;  // the first group in reading order, whoever finds it
    std::atomic<bool> finite = true;
    using encoder = tile_encoder<L, Range, R>;
    threads.for_each(shape.tiles(), [&](index_t t) {
        if (!finite) { return; }
        const index_t height = shape.tile_height(t);
        const index_t top = t * L::tile_rows;
        const weights_view rows = weights.block(top, height);
        const index_t room = encoder::scratch_codes(shape);
        const auto codes = std::make_unique_for_overwrite<code_t[]>(room);
        const auto bytes = packed.bytes().subspan(shape.tile_offset(t), shape.tile_bytes(height));
        const auto bad = encoder{job, rows, top, {codes.get(), room}}.encode(bytes);
        if (!bad) { return; }
        if (!bad->finite) { finite = false; }
        const index_t at = (top + bad->row) * weights.cols + bad->column;
        for (index_t seen = failed; at < seen && !failed.compare_exchange_weak(seen, at);) {}
    });
    if (!finite) { return check_values(weights).error(); }
    if (failed != none) { return scale_error<L>(failed / weights.cols, failed % weights.cols); }
    return packed;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

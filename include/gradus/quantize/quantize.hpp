// SPDX-License-Identifier: MIT
// Weights to a packed matrix.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/layout/packed_matrix.hpp>
#include <gradus/quantize/check_weights.hpp>
#include <gradus/quantize/matrix_grid.hpp>
#include <gradus/quantize/recipe.hpp>
#include <gradus/quantize/train.hpp>

#include <atomic>

namespace gradus {
inline namespace GRADUS_ISA {

/// Quantizes `weights` [out, in] by a recipe. `importance` weighs the squared error of each input
/// column (empty: all alike); range searches and codebook training use it.
///
/// Bytes:  depend on weights, importance and recipe alone: not on the executor, its workers or the
///         instruction set.
/// Errors: an empty matrix, weights or importances that are not finite, knobs out of their limits,
/// a
///         scale that its format cannot hold. Nothing is done in these cases.
template <layout_type L, class Range, rounding R, executor E = const serial>
[[nodiscard]] result<packed_matrix<L>> quantize(weights_view weights,
                                                const recipe<L, Range, R>& how,
                                                floats importance = {},
                                                E&& threads = serial{}) {
    if (status sound = check_weights(weights, importance); !sound) { return sound.error(); }
    if constexpr (requires { how.range.valid(); }) {
        if (!how.range.valid()) {
            return error{errc::invalid_argument,
                         "range estimator: a knob is outside its documented limits"};
        }
    }
    typename L::mapping_type map = how.map;
    if constexpr (trainable_mapping<typename L::mapping_type>) {
        map = trained_mapping(weights, how, importance, threads);
    }
    packed_matrix<L> packed{weights.rows, weights.cols, map, how.groups};
    const geometry<L> shape = packed.view().shape();
    tile_job<L, Range, R> job{shape, &map, &how.range, &how.rounding, importance, {}};
    if constexpr (geometry<L>::matrix_grid) {
        job.matrix_grid = matrix_grid_of(job, weights);
        write_matrix_grid<L>(job.matrix_grid, matrix_word<L>(map, flattened(weights)),
                             packed.bytes().data());
    }
    std::atomic<bool> storable = true;
    threads.for_each(shape.tiles(), [&](index_t t) {
        const index_t height = shape.tile_height(t);
        std::vector<code_t> codes(height * weights.cols);
        const auto bytes = packed.bytes().subspan(shape.tile_offset(t), shape.tile_bytes(height));
        if (!encode_tile(job, weights.block(t * L::tile_rows, height), t * L::tile_rows, codes,
                         bytes)) {
            storable = false;
        }
    });
    if (!storable) {
        return error{errc::out_of_range, "a scale is beyond what '" +
                                             std::string{name_of<typename L::scale_type>()} +
                                             "' can hold; use the scale format bf16 or f32"};
    }
    return packed;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

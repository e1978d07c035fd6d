// SPDX-License-Identifier: MIT
// Attention on keys and values that are stored as f32 or f16.
#pragma once

#include <gradus/kernels/attention_rows.hpp>
#include <gradus/kernels/load_activations.hpp>
#include <gradus/simd/fused_broadcast.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Tokens of one head. Keys lie in tiles of 16 tokens, channel by channel, so that one vector holds
/// one channel of 16 keys and a score needs no sum over lanes.
template <class T> struct float_part {
    const T* keys;         ///< [ceil(tokens / 16), width, 16]
    const T* values;       ///< [tokens, value_stride]
    index_t count;         ///< of tokens
    index_t value_stride;  ///< a multiple of 16, at least the width

    [[nodiscard]] index_t tokens() const { return count; }

    /// Tokens of the chunk that begins at `first`, none of them beyond `seen`.
    [[nodiscard]] static index_t chunk(index_t first, index_t seen) {
        return std::min(attention_chunk, seen - first);
    }

    /// weights(r, i) = <query r, key first + i>; `first` begins a tile.
    template <index_t Rows>
    void score(const attention_state<Rows>& state, index_t first, index_t wanted) const {
        constexpr index_t at_once = simd::parts == 1 ? 2 : 1;  // sums that registers hold
        const index_t tiles = (wanted + simd::lanes - 1) / simd::lanes;
        index_t tile = 0;
        const T* const from = keys + first * state.width();
        for (; tile + at_once <= tiles; tile += at_once) {
            score_tiles<Rows, at_once>(state, from, tile);
        }
        for (; tile < tiles; ++tile) {
            score_tiles<Rows, 1>(state, from, tile);
        }
    }

    /// results(r) += sum_i weights(r, i) * value first + i.
    template <index_t Rows>
    void blend(const attention_state<Rows>& state, index_t first, index_t wanted) const {
        // 32 tokens at once stay in the first cache while several passes go over their channels.
        constexpr index_t at_once = 64;
        constexpr index_t vectors = simd::parts == 1 ? 16 / Rows : std::max(index_t{1}, 4 / Rows);
        const index_t width = (state.width() + simd::lanes - 1) / simd::lanes * simd::lanes;
        for (index_t t = 0; t < wanted; t += at_once) {
            const T* const from = values + (first + t) * value_stride;
            const index_t rows = std::min(at_once, wanted - t);
            index_t d = 0;
            for (; d + vectors * simd::lanes <= width; d += vectors * simd::lanes) {
                blend_channels<Rows, vectors>(state, from, t, rows, d);
            }
            for (; d < width; d += simd::lanes) {
                blend_channels<Rows, 1>(state, from, t, rows, d);
            }
        }
    }

  private:
    [[nodiscard]] GRADUS_INLINE static simd::f32x16 load(const T* from) {
        return load_activations(from, simd::lanes);
    }

    /// Asks for what will be read a chunk of 128 tokens of f16 later, into the second cache. On
    /// Zen 4, one core, from DRAM and L3, GB/s with four queries of width 128:
    ///     none 13 and 21 (f16), 14 and 18 (f32);     32 KiB, L2   25 and 26,  30 and 36
    ///     512 B, L1  13 and 21,  15 and 23;           8 KiB, L2   21 and 22,  19 and 23
    GRADUS_INLINE static void ask_for(const T* from, index_t count) {
        constexpr index_t distance = 32 * 1024;
        const auto* const at = static_cast<const std::byte*>(static_cast<const void*>(from));
        for (index_t i = 0; i < count * sizeof(T); i += 64) {
            __builtin_prefetch(at + distance + i, 0, 2);
        }
    }

    template <index_t Rows, index_t Tiles>
    GRADUS_INLINE static void
    score_tiles(const attention_state<Rows>& state, const T* keys, index_t tile) {
        const index_t width = state.width();
        const T* const from = keys + tile * simd::lanes * width;
        const float* const query = state.queries();
        const index_t stride = state.stride();
        simd::f32x16 total[Rows][Tiles];
        simd::unrolled<Rows * Tiles>([&](index_t i) { total[i / Tiles][i % Tiles] = 0.0f; });
        for (index_t d = 0; d < width; ++d) {
            simd::f32x16 key[Tiles];
            simd::unrolled<Tiles>([&](index_t i) {
                key[i] = load(from + (i * width + d) * simd::lanes);
                ask_for(from + (i * width + d) * simd::lanes, simd::lanes);
            });
            simd::unrolled<Rows>([&](index_t r) GRADUS_INLINE_LAMBDA {
                simd::unrolled<Tiles>([&](index_t i) GRADUS_INLINE_LAMBDA {
                    total[r][i] = fused_broadcast(query[r * stride + d], key[i], total[r][i]);
                });
            });
        }
        simd::unrolled<Rows * Tiles>([&](index_t i) {
            total[i / Tiles][i % Tiles].store(state.weights() +
                                              i / Tiles * attention_state<Rows>::weight_stride +
                                              (tile + i % Tiles) * simd::lanes);
        });
    }

    template <index_t Rows, index_t Vectors>
    GRADUS_INLINE void blend_channels(const attention_state<Rows>& state,
                                      const T* from,
                                      index_t token,
                                      index_t tokens,
                                      index_t channel) const {
        const float* const weights = state.weights() + token;
        float* const results = state.results() + channel;
        const index_t stride = state.stride();
        simd::f32x16 total[Rows][Vectors];
        simd::unrolled<Rows * Vectors>([&](index_t i) GRADUS_INLINE_LAMBDA {
            total[i / Vectors][i % Vectors] =
                simd::f32x16::load(results + i / Vectors * stride + i % Vectors * simd::lanes);
        });
        for (index_t t = 0; t < tokens; ++t) {
            const T* const at = from + t * value_stride + channel;
            ask_for(at, Vectors * simd::lanes);
            simd::f32x16 value[Vectors];
            simd::unrolled<Vectors>(
                [&](index_t v) GRADUS_INLINE_LAMBDA { value[v] = load(at + v * simd::lanes); });
            simd::unrolled<Rows>([&](index_t r) GRADUS_INLINE_LAMBDA {
                simd::unrolled<Vectors>([&](index_t v) GRADUS_INLINE_LAMBDA {
                    total[r][v] =
                        fused_broadcast(weights[r * attention_state<Rows>::weight_stride + t],
                                        value[v], total[r][v]);
                });
            });
        }
        simd::unrolled<Rows * Vectors>([&](index_t i) GRADUS_INLINE_LAMBDA {
            total[i / Vectors][i % Vectors].store(results + i / Vectors * stride +
                                                  i % Vectors * simd::lanes);
        });
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

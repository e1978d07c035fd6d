// SPDX-License-Identifier: MIT
// Attention on keys and values that are stored as f32 or f16.
#pragma once

#include <gradus/kernels/float_block.hpp>
#include <gradus/kernels/load_activations.hpp>
#include <gradus/simd/fused_broadcast.hpp>
#include <gradus/simd/read_ahead.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Tokens of one head.
template <class T> struct float_part {
    const T* blocks;
    index_t count;     ///< of tokens
    index_t capacity;  ///< tokens that the blocks hold, whole tiles

    [[nodiscard]] index_t tokens() const { return count; }

    /// Tokens of the chunk that begins at `first`, none of them beyond `seen`.
    [[nodiscard]] static index_t chunk(index_t first, index_t seen) {
        return std::min(float_block::most, seen - first);
    }

    /// weights(r, i) = <query r, key first + i>; `first` begins a block.
    template <index_t Rows>
    void score(const attention_state<Rows>& state, index_t first, index_t wanted) const {
        constexpr index_t at_once = simd::parts == 1 ? 2 : 1;  // sums that registers hold
        const float_block place = float_block::at(first, capacity, state.width());
        const T* const block = blocks + first * place.token_size();
        for (index_t t = 0; t < wanted; t += at_once * simd::lanes) {
            score_tokens<Rows, at_once>(state, block + place.key(t), t);
        }
    }

    /// results(r) += sum_i weights(r, i) * value first + i.
    template <index_t Rows>
    void blend(const attention_state<Rows>& state, index_t first, index_t wanted) const {
        constexpr index_t vectors =
            simd::parts == 1 ? std::min(index_t{4}, 16 / Rows) : std::max(index_t{1}, 4 / Rows);
        constexpr index_t step = vectors * simd::lanes;
        const float_block place = float_block::at(first, capacity, state.width());
        const T* const block = blocks + first * place.token_size();
        for (index_t d = 0; d < place.value_width(); d += float_block::slab) {
            const index_t width = place.slab_width(d);
            const T* const slab = block + place.value(0, d);
            index_t c = 0;
            for (; c + step <= width; c += step) {
                blend_channels<Rows, vectors>(state, slab + c, width, wanted, d + c);
            }
            for (; c < width; c += simd::lanes) {
                blend_channels<Rows, 1>(state, slab + c, width, wanted, d + c);
            }
        }
    }

  private:
    [[nodiscard]] GRADUS_INLINE static simd::f32x16 load(const T* from) {
        return load_activations(from, simd::lanes);
    }

    /// f16 is asked for a quarter of a block of 128 channels early, into the second cache: its
    /// arithmetic and its bytes take about as long, and only so they overlap. f32 waits for memory,
    /// which is fastest where prefetchers run on their own. Zen 4, one core, four queries of width
    /// 128, GB/s from L3 and DRAM (limit 32.6):
    ///                    f16             f32
    ///     none           25.8 and 21.9   36.0 and 29.7
    ///     256 B, L1      26.6 and 22.7   36.4 and 30.2
    ///     16 KiB, L2     26.7 and 26.2   41.8 and 22.9
    /// Keys and values in arrays of their own, 32 KiB, L2:
    ///                    24.9 and 23.6   32.4 and 20.7
    GRADUS_INLINE static void ask_for(const T* from, index_t count) {
        const auto* const at = static_cast<const std::byte*>(static_cast<const void*>(from));
        if constexpr (sizeof(T) == sizeof(float)) {
            simd::read_ahead{}.of(at, count * sizeof(T));
        } else {
            constexpr index_t distance = 16 * 1024;
            for (index_t i = 0; i < count * sizeof(T); i += 64) {
                __builtin_prefetch(at + distance + i, 0, 2);
            }
        }
    }

    template <index_t Rows, index_t Vectors>
    GRADUS_INLINE static void
    score_tokens(const attention_state<Rows>& state, const T* keys, index_t token) {
        const index_t width = state.width();
        const float* const query = state.queries();
        const index_t stride = state.stride();
        simd::f32x16 total[Rows][Vectors];
        simd::unrolled<Rows * Vectors>([&](index_t i) { total[i / Vectors][i % Vectors] = 0.0f; });
        for (index_t d = 0; d < width; ++d) {
            const T* const from = keys + d * float_block::tile;
            ask_for(from, Vectors * simd::lanes);
            simd::f32x16 key[Vectors];
            simd::unrolled<Vectors>([&](index_t i) { key[i] = load(from + i * simd::lanes); });
            simd::unrolled<Rows>([&](index_t r) GRADUS_INLINE_LAMBDA {
                simd::unrolled<Vectors>([&](index_t i) GRADUS_INLINE_LAMBDA {
                    total[r][i] = fused_broadcast(query[r * stride + d], key[i], total[r][i]);
                });
            });
        }
        simd::unrolled<Rows * Vectors>([&](index_t i) {
            total[i / Vectors][i % Vectors].store(
                state.weights() + i / Vectors * attention_state<Rows>::weight_stride + token +
                i % Vectors * simd::lanes);
        });
    }

    template <index_t Rows, index_t Vectors>
    GRADUS_INLINE void blend_channels(const attention_state<Rows>& state,
                                      const T* from,
                                      index_t from_stride,
                                      index_t tokens,
                                      index_t channel) const {
        const float* const weights = state.weights();
        float* const results = state.results() + channel;
        const index_t stride = state.stride();
        simd::f32x16 total[Rows][Vectors];
        simd::unrolled<Rows * Vectors>([&](index_t i) GRADUS_INLINE_LAMBDA {
            total[i / Vectors][i % Vectors] =
                simd::f32x16::load(results + i / Vectors * stride + i % Vectors * simd::lanes);
        });
        for (index_t t = 0; t < tokens; ++t) {
            const T* const at = from + t * from_stride;
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

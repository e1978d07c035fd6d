// SPDX-License-Identifier: MIT
// A tile of 32 lanes of packed codes times queries or weights.
#pragma once

#include <gradus/kernels/kv_operands.hpp>
#include <gradus/kernels/plane_units.hpp>
#include <gradus/layout/kv_unit.hpp>
#include <gradus/simd/byte_columns.hpp>
#include <gradus/simd/byte_dot.hpp>
#include <gradus/simd/fused_broadcast.hpp>
#include <gradus/simd/lookup.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Full blocks of one tile, 32 lanes by 16 steps each, one after the other.
struct kv_codes {
    const std::byte* at;
    index_t blocks;
    const std::byte* next;  ///< what will be read next but some: asked for meanwhile
    const float* levels;    ///< of the codes, or null: evenly spaced
};

/// sums(r, lane) += sum over the steps of x(r, step) * code(lane, step) + offset of the operands.
template <int W, index_t Rows, attention_scheme S> class kv_tile {
    using operands = kv_operands<Rows, S>;
    using planes = bit_planes<W>;
    static constexpr index_t block_bytes = planes::bytes(512);
    static constexpr index_t block_steps = kv_unit::block_steps;
    static constexpr index_t digits = S::digits;
    static constexpr index_t sums_a_row = 2 * std::max(digits, index_t{1});
    static_assert(kv_unit::tile_lanes == 2 * simd::lanes);

  public:
    /// Not inlined: in the midst of others its loops lose registers, and a third of their speed.
    /// Defined below: what stands in a class is inline, and compiled again wherever it is used.
    [[gnu::noinline]] static void multiply(const kv_codes& codes,
                                           const operands& x,
                                           float* sums,  // [Rows][stride], 32 of each
                                           index_t stride);

  private:
    GRADUS_INLINE static void ask_for(const kv_codes& codes, index_t block) {
        for (index_t i = 0; i < block_bytes; i += 64) {
            __builtin_prefetch(codes.next + block * block_bytes + i, 0, 2);
        }
    }

    GRADUS_INLINE static void add_to(float* sums, const simd::f32x16& more) {
        (simd::f32x16::load(sums) + more).store(sums);
    }

    /// f(q as a constant) for the four quads of steps of a block.
    template <class F> GRADUS_INLINE static void each_quad(F&& f) {
        [&]<index_t... Q>(std::integer_sequence<index_t, Q...>) GRADUS_INLINE_LAMBDA {
            (f(std::integral_constant<index_t, Q>{}), ...);
        }(std::make_integer_sequence<index_t, 4>{});
    }

    template <index_t Now>
    GRADUS_INLINE static void multiply_digits(
        const kv_codes& codes, const operands& x, index_t first, float* sums, index_t stride) {
        constexpr unit_form form = simd::dot_takes_any_byte ? unit_form::raised : unit_form::exact;
        constexpr int bits = simd::dot_takes_any_byte ? 8 : W;
        using units = block_units<planes>;
        const auto raised = [](index_t half) {
            return simd::dot_takes_any_byte ? units::raised(half) : 1.0f;
        };
        simd::sum_register sum[Now * digits][2][simd::parts];
        simd::unrolled<Now * digits * 2>([&](index_t i) GRADUS_INLINE_LAMBDA {
            simd::each_part([&](index_t p)
                                GRADUS_INLINE_LAMBDA { sum[i / 2][i % 2][p] = simd::no_sum(); });
        });
        const std::byte* at = codes.at;
        for (index_t b = 0; b < codes.blocks; ++b, at += block_bytes) {
            ask_for(codes, b);
            const units from{at};
            each_quad([&](auto quad) GRADUS_INLINE_LAMBDA {
                constexpr index_t q = quad();
                simd::byte_register code[2][simd::parts];
                simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                    code[0][p] = from.template unit<2 * q, form>(p);
                    code[1][p] = from.template unit<2 * q + 1, form>(p);
                });
                simd::unrolled<Now * digits>([&](index_t rd) GRADUS_INLINE_LAMBDA {
                    const auto* const four =
                        &x.digit[rd % digits][first + rd / digits][b * block_steps + 4 * q];
                    const auto by = simd::in_every_row(simd::byte_quad::load(four));
                    simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                        sum[rd][0][p] = simd::dot<bits>(sum[rd][0][p], code[0][p], by);
                        sum[rd][1][p] = simd::dot<bits>(sum[rd][1][p], code[1][p], by);
                    });
                });
            });
        }
        simd::unrolled<Now * 2>([&](index_t i) GRADUS_INLINE_LAMBDA {
            const index_t r = i / 2;
            simd::f32x16 total;
            simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                total.part[p] = simd::as_floats(sum[r * digits + digits - 1][i % 2][p]);
            });
            if constexpr (digits == 2) {
                simd::f32x16 low;
                simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                    low.part[p] = simd::as_floats(sum[r * digits][i % 2][p]);
                });
                total = fused(total, 256.0f, low);
            }
            const float unit = x.unit[first + r] / raised(i % 2);
            add_to(sums + r * stride + i % 2 * simd::lanes,
                   fused(total, unit, x.offset[first + r]));
        });
    }

    template <index_t Now, class Value>
    GRADUS_INLINE static void multiply_floats(const kv_codes& codes,
                                              const operands& x,
                                              index_t first,
                                              float* sums,
                                              index_t stride,
                                              Value&& value) {
        simd::f32x16 total[Now][2];
        simd::unrolled<Now * 2>(
            [&](index_t i) GRADUS_INLINE_LAMBDA { total[i / 2][i % 2] = x.offset[first + i / 2]; });
        const std::byte* at = codes.at;
        for (index_t b = 0; b < codes.blocks; ++b, at += block_bytes) {
            ask_for(codes, b);
            const block_units<planes> from{at};
            each_quad([&](auto quad) GRADUS_INLINE_LAMBDA {
                constexpr index_t q = quad();
                simd::byte_register code[2][simd::parts];
                simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                    code[0][p] = simd::held(from.template unit<2 * q, unit_form::exact>(p));
                    code[1][p] = simd::held(from.template unit<2 * q + 1, unit_form::exact>(p));
                });
                add_quad<Now>(code, x, first, b * block_steps + 4 * q, value, total);
            });
        }
        simd::unrolled<Now * 2>([&](index_t i) GRADUS_INLINE_LAMBDA {
            add_to(sums + i / 2 * stride + i % 2 * simd::lanes, total[i / 2][i % 2]);
        });
    }

    /// Four steps, both halves of the lanes side by side: sums enough for the latency of an add.
    template <index_t Now, class Value>
    GRADUS_INLINE static void add_quad(const simd::byte_register (&code)[2][simd::parts],
                                       const operands& x,
                                       index_t first,
                                       index_t step,
                                       Value&& value,
                                       simd::f32x16 (&total)[Now][2]) {
        each_quad([&](auto column) GRADUS_INLINE_LAMBDA {
            constexpr index_t c = column();
            simd::f32x16 values[2];
            simd::unrolled<2>([&](index_t h) GRADUS_INLINE_LAMBDA {
                simd::u32x16 words;
                simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                    words.part[p] = simd::byte_column<int{c}>(code[h][p]);
                });
                values[h] = value(words);
            });
            simd::unrolled<Now * 2>([&](index_t i) GRADUS_INLINE_LAMBDA {
                auto& sum = total[i / 2][i % 2];
                sum = fused_broadcast(x.x[first + i / 2][step + c], values[i % 2], sum);
            });
        });
    }
};

template <int W, index_t Rows, attention_scheme S>
void kv_tile<W, Rows, S>::multiply(const kv_codes& codes,
                                   const operands& x,
                                   float* sums,
                                   index_t stride) {
    constexpr index_t registers = simd::parts == 1 ? 16 : 8;
    constexpr index_t held = std::max(index_t{1}, registers / (sums_a_row * simd::parts));
    constexpr index_t at_once = std::min(Rows, held);
    static_assert(Rows % at_once == 0);
    for (index_t r = 0; r < Rows; r += at_once) {
        if constexpr (digits == 0) {
            if (codes.levels == nullptr) {
                multiply_floats<at_once>(codes, x, r, sums + r * stride, stride,
                                         [](const simd::u32x16& code) GRADUS_INLINE_LAMBDA {
                                             return simd::as_real<float>(code);
                                         });
            } else {
                multiply_floats<at_once>(codes, x, r, sums + r * stride, stride,
                                         [&](const simd::u32x16& code) GRADUS_INLINE_LAMBDA {
                                             return simd::lookup<(1 << W)>(codes.levels, code);
                                         });
            }
        } else {
            multiply_digits<at_once>(codes, x, r, sums + r * stride, stride);
        }
    }
}

// The tiles of exact attention are most of what a source with a packed cache costs to compile.
// Where several sources of a program have one, GRADUS_KV_TILES defined as `extern` leaves them to
// another source, which defines it as nothing.
#if defined(GRADUS_KV_TILES)
#define GRADUS_KV_TILE_OF(width, rows)                                                             \
    GRADUS_KV_TILES template void kv_tile<width, rows, exact_attention>::multiply(                 \
        const kv_codes&, const kv_operands<rows, exact_attention>&, float*, index_t);
#define GRADUS_KV_TILES_OF(rows)                                                                   \
    GRADUS_KV_TILE_OF(1, rows)                                                                     \
    GRADUS_KV_TILE_OF(2, rows)                                                                     \
    GRADUS_KV_TILE_OF(3, rows)                                                                     \
    GRADUS_KV_TILE_OF(4, rows)                                                                     \
    GRADUS_KV_TILE_OF(5, rows)                                                                     \
    GRADUS_KV_TILE_OF(6, rows)                                                                     \
    GRADUS_KV_TILE_OF(7, rows)                                                                     \
    GRADUS_KV_TILE_OF(8, rows)
GRADUS_KV_TILES_OF(1)
GRADUS_KV_TILES_OF(2)
GRADUS_KV_TILES_OF(4)
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
GRADUS_KV_TILES_OF(8)
#endif
#undef GRADUS_KV_TILES_OF
#undef GRADUS_KV_TILE_OF
#endif

}  // namespace GRADUS_ISA
}  // namespace gradus

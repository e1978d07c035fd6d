// SPDX-License-Identifier: MIT
// What stands in the place of a code in an integer dot product.
#pragma once

#include <gradus/concepts/mapping.hpp>
#include <gradus/kernels/lane_grid.hpp>
#include <gradus/simd/byte_lookup.hpp>

#include <algorithm>
#include <cmath>

namespace gradus {
inline namespace GRADUS_ISA {

/// Unsigned bytes u_0 (and u_1) for every code, such that
///     decode(c, p) = (u_0(c) + 256 u_1(c) - offset(p)) * pitch * p.scale
/// A mapping without a specialisation has no such form: its tiles are decoded to floats.
///   terms          how many bytes there are
///   bits           bits that they use, for instruction sets whose products saturate
///   scales         codes that are k times too large give terms that are
///   ignores_upper_bits  only the lowest M::bits bits of a code count
///   set(map)       made once a call
///   term<T>(code)  u_T, for sixty-four codes
///   offset(grid)   where zero lies, one a lane
///   whole_offset() the same in units of the last byte, where it is one whole number for all groups
///   has_whole_offset  whether it is
///   pitch()        factor of all scales
template <mapping M> struct dot_form {
    static constexpr index_t terms = 0;
};

/// The code itself; exact.
template <evenly_spaced M> struct dot_form<M> {
    static constexpr index_t terms = 1;
    static constexpr int bits = M::bits;
    static constexpr bool scales = true;
    static constexpr bool ignores_upper_bits = false;
    static constexpr bool has_whole_offset = fixed_zero<M>;

    M map;

    GRADUS_INLINE explicit dot_form(const M& m) : map{m} {}

    template <index_t T>
    [[nodiscard]] GRADUS_INLINE simd::byte_register term(simd::byte_register code) const {
        return code;
    }

    [[nodiscard]] GRADUS_INLINE simd::f32x16 offset(const lane_grid& grid) const {
        return map.template zero_level<simd::f32x16>(grid);
    }

    [[nodiscard]] static constexpr std::int32_t whole_offset() {
        if constexpr (has_whole_offset) {
            return M::zero_code;
        } else {
            return 0;
        }
    }

    [[nodiscard]] GRADUS_INLINE float pitch() const { return M::pitch; }
};

/// Levels as whole multiples of the largest, looked up in registers: 8 bits (1/127 of it) for
/// codes of up to 6 bits, 16 bits (1/32767) beyond, where the levels lie too dense for that.
///     |level - its multiple| <= max |level| / 254   (or / 65534)
template <scaled_levels M> struct dot_form<M> {
    static constexpr index_t terms = M::bits <= 6 ? 1 : 2;
    static constexpr int bits = 8;
    static constexpr float most = terms == 1 ? 127.0f : 32767.0f;
    static constexpr float middle = terms == 1 ? 128.0f : 32768.0f;
    static constexpr int size = simd::lookup_size<1 << M::bits>;
    static constexpr bool scales = false;
    static constexpr bool ignores_upper_bits = simd::lookup_ignores_upper_bits<size>;
    static constexpr bool has_whole_offset = true;

    alignas(64) std::uint8_t table[terms][index_t{size}] =
        {};             ///< repeated, where it is longer than needed
    float unit = 0.0f;  ///< of the multiples, in scales

    GRADUS_INLINE explicit dot_form(const M& map) {
        float largest = 0.0f;
        for (int c = 0; c < M::codes; ++c) {
            largest = greatest(largest, magnitude(map.level(static_cast<code_t>(c))));
        }
        unit = largest / most;
        for (int c = 0; c < size; ++c) {
            const float level = map.level(static_cast<code_t>(c % (1 << M::bits)));
            const float steps = unit == 0.0f ? 0.0f : round_even(level / unit);
            const auto u = static_cast<unsigned>(static_cast<int>(steps + middle));
            for (index_t t = 0; t < terms; ++t) {
                table[t][c] = static_cast<std::uint8_t>(u >> (8 * t));
            }
        }
    }

    template <index_t T>
    [[nodiscard]] GRADUS_INLINE simd::byte_register term(simd::byte_register code) const {
        return simd::looked_up<size>(table[T], code);
    }

    [[nodiscard]] GRADUS_INLINE simd::f32x16 offset(const lane_grid&) const { return middle; }

    [[nodiscard]] static constexpr std::int32_t whole_offset() { return 128; }

    [[nodiscard]] GRADUS_INLINE float pitch() const { return unit; }
};

/// Products with integer activations have a fast path.
template <class M>
concept integer_dottable = mapping<M> && (dot_form<M>::terms > 0);

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Five ternary codes a byte.
#pragma once

#include <gradus/concepts/packing.hpp>

namespace gradus {

/// 1.6 bits a code. In a line of up to 320 codes (64 bytes; two lines a block) code i is digit i /
/// L of byte i mod L, L = ceil(n / 5); digit 0 is the most significant of v = d0 3^4 + d1 3^3 + ...
/// + d4.
///
/// The byte holds ceil(256 v / 243), the fraction v / 243 in units of 1/256: multiplying by 3^j and
/// keeping the low 8 bits moves digit j to the front, and three times that, shifted right by 8, is
/// the digit. No division, no table.
///
/// Source: the fixed-point form is that of llama.cpp's TQ1_0 (pull request 8151); order: this
/// library.
struct base3 {
    static constexpr std::string_view name = "base3";
    static constexpr int bits = 2;
    static constexpr int codes = 3;
    static constexpr index_t line = 320;  ///< codes in 64 bytes
    static constexpr index_t block = 2 * line;

    [[nodiscard]] GRADUS_INLINE static constexpr index_t bytes(index_t n) noexcept {
        return n / line * 64 + (n % line + 4) / 5;
    }

    GRADUS_INLINE static constexpr void pack(std::span<const code_t> in,
                                             std::span<std::byte> out) noexcept {
        for (index_t first = 0; first < in.size(); first += line) {
            const index_t count = in.size() - first < line ? in.size() - first : line;
            const index_t length = (count + 4) / 5;
            for (index_t b = 0; b < length; ++b) {
                unsigned v = 0;
                for (index_t d = 0; d < 5; ++d) {
                    const index_t i = d * length + b;
                    v = 3 * v + (i < count ? in[first + i] : 0u);
                }
                out[first / 5 + b] = static_cast<std::byte>((v * 256u + 242u) / 243u);
            }
        }
    }

    GRADUS_INLINE static constexpr void unpack(std::span<const std::byte> in,
                                               std::span<code_t> out) noexcept {
        constexpr unsigned powers[5] = {1, 3, 9, 27, 81};
        for (index_t first = 0; first < out.size(); first += line) {
            const index_t count = out.size() - first < line ? out.size() - first : line;
            const index_t length = (count + 4) / 5;
            for (index_t i = 0; i < count; ++i) {
                const auto byte = static_cast<unsigned>(in[first / 5 + i % length]);
                const unsigned front = (byte * powers[i / length]) & 255u;
                out[first + i] = static_cast<code_t>((front * 3u) >> 8);
            }
        }
    }
};

static_assert(packing<base3>);

}  // namespace gradus

// SPDX-License-Identifier: MIT
// Codes of 1 to 8 bits as planes of width 1, 2, 4 and 8.
#pragma once

#include <gradus/concepts/packing.hpp>

namespace gradus {

/// Bits W = 4 + 2 + 1 and so on: the lowest bits of every code form the widest plane, and planes
/// follow one another, widest first (3 = 2 + 1, 5 = 4 + 1, 6 = 4 + 2, 7 = 4 + 2 + 1).
///
/// In a plane of width w the n codes of a block take ceil(n w / 8) bytes, in lines of 64 bytes that
/// hold 64 (8 / w) codes: code i of a line is in byte i mod 64, at bit w (i / 64). A load, a shift
/// and a mask give 64 codes in order. A last line with m codes, fewer than that, has
/// L = ceil(m w / 8) bytes, and L in the place of 64.
///
/// One rule for all widths: a plane of width 1 in the order of a mask register (code i is bit i mod
/// 8 of byte i / 8) cost AVX-512 as much (a mask load and a masked addition for the shift and the
/// logic) and every other instruction set three times that.
///
/// Source: this library.
template <int W> struct bit_planes {
    static_assert(1 <= W && W <= 8);

    static constexpr label name = label{"planes"} + unsigned{W};
    static constexpr int bits = W;
    static constexpr int codes = 1 << W;
    static constexpr index_t block = 512;
    static constexpr index_t line_bytes = 64;

    [[nodiscard]] GRADUS_INLINE static constexpr index_t plane_bytes(index_t n,
                                                                     int width) noexcept {
        return (n * static_cast<index_t>(width) + 7) / 8;
    }

    /// Where the plane of a width starts in a code: the wider planes hold the bits below.
    [[nodiscard]] GRADUS_INLINE static constexpr int shift_of(int width) noexcept {
        return W & ~(2 * width - 1);
    }

    /// Planes in stored order: `for (int width = 8; width > 0; width /= 2)`, where `has(width)`.
    [[nodiscard]] GRADUS_INLINE static constexpr bool has(int width) noexcept {
        return (W & width) != 0;
    }

    [[nodiscard]] GRADUS_INLINE static constexpr index_t bytes(index_t n) noexcept {
        index_t total = 0;
        for (int width = 8; width > 0; width /= 2) {
            if (has(width)) { total += plane_bytes(n, width); }
        }
        return total;
    }

    GRADUS_INLINE static constexpr void pack(std::span<const code_t> in,
                                             std::span<std::byte> out) noexcept {
        for (std::byte& b : out) {
            b = std::byte{0};
        }
        index_t start = 0;
        for (int width = 8; width > 0; width /= 2) {
            if (!has(width)) { continue; }
            for (index_t i = 0; i < in.size(); ++i) {
                const place at = place_of(i, in.size(), width);
                const auto part =
                    static_cast<unsigned>(in[i] >> shift_of(width)) & ((1u << width) - 1u);
                out[start + at.byte] |= static_cast<std::byte>(part << at.bit);
            }
            start += plane_bytes(in.size(), width);
        }
    }

    GRADUS_INLINE static constexpr void unpack(std::span<const std::byte> in,
                                               std::span<code_t> out) noexcept {
        for (code_t& c : out) {
            c = 0;
        }
        index_t start = 0;
        for (int width = 8; width > 0; width /= 2) {
            if (!has(width)) { continue; }
            for (index_t i = 0; i < out.size(); ++i) {
                const place at = place_of(i, out.size(), width);
                const auto part =
                    (static_cast<unsigned>(in[start + at.byte]) >> at.bit) & ((1u << width) - 1u);
                out[i] = static_cast<code_t>(out[i] | (part << shift_of(width)));
            }
            start += plane_bytes(out.size(), width);
        }
    }

  private:
    struct place {
        index_t byte;
        int bit;
    };

    /// Where code i of n lies in a plane.
    [[nodiscard]] GRADUS_INLINE static constexpr place
    place_of(index_t i, index_t n, int width) noexcept {
        const index_t line_codes = line_bytes * 8 / static_cast<index_t>(width);
        const index_t line = i / line_codes;
        const index_t left = n - line * line_codes;
        const index_t length = plane_bytes(left < line_codes ? left : line_codes, width);
        const index_t within = i - line * line_codes;
        return {line * line_bytes + within % length, width * static_cast<int>(within / length)};
    }
};

static_assert(packing<bit_planes<1>> && packing<bit_planes<3>> && packing<bit_planes<8>>);
static_assert(bit_planes<3>::bytes(512) == 192 && bit_planes<3>::bytes(5) == 3);

}  // namespace gradus

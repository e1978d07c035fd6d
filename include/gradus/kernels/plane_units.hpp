// SPDX-License-Identifier: MIT
// A full block of bit planes, unit by unit, straight into registers.
#pragma once

#include <gradus/kernels/block_units.hpp>
#include <gradus/packing/bit_planes.hpp>
#include <gradus/simd/bits_of.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// One shift at most and one logical operation for each plane. Where bits move freely, two planes
/// merge by halves of bytes (the narrower one's bits lie in the other half, or a shift that serves
/// several units brings them there), and one operation puts a unit's bits together.
template <int W> struct block_units<bit_planes<W>> {
    using planes = bit_planes<W>;

    static constexpr bool direct = true;
    static constexpr bool unpacks_fast = W <= 4 || W == 8;
    static constexpr bool fractions = false;
    static constexpr index_t units = planes::block / 64;
    static constexpr int widest = (W & 8) != 0 ? 8 : (W & 4) != 0 ? 4 : (W & 2) != 0 ? 2 : 1;
    static constexpr int next = widest > 2 && (W & 2) != 0 ? 2 : 1;  ///< of two planes or more
    static constexpr bool merges = simd::moves_bits && W != widest;

    /// The lower half lies one field higher in its line; with codes of up to 4 bits it may stay.
    [[nodiscard]] static constexpr int raise_of(index_t half, unit_form form) {
        const bool stays = form == unit_form::raised && half == 1 && W <= 4 && !merges;
        return !stays ? 0 : (W & 4) != 0 ? 4 : (W & 2) != 0 ? 2 : 1;
    }

    [[nodiscard]] static constexpr int raise() { return raise_of(1, unit_form::raised); }

    [[nodiscard]] static constexpr float raised(index_t half) {
        return static_cast<float>(1 << raise_of(half, unit_form::raised));
    }

    GRADUS_INLINE explicit block_units(const std::byte* bytes)
        : block_{bytes}, fours_{bytes}, twos_{bytes}, ones_{bytes} {}

    template <index_t U, unit_form Form>
    [[nodiscard]] GRADUS_INLINE simd::byte_register unit(index_t part) const {
        constexpr int raise = raise_of(U % 2, Form);
        if constexpr (W == 8) {
            return simd::load_bytes(block_ + 64 * U + simd::register_bytes * part);
        } else if constexpr (merges) {
            simd::byte_register code = merged_planes<U>(part);
            if constexpr (W == 7) { code = with_plane<1, U, 0, Form>(code, part); }
            return code;
        } else {
            simd::byte_register code = lines_of<widest>().template line_at<U, raise>(part);
            if constexpr (Form != unit_form::loose) {
                code = simd::both(code, simd::every_byte(((1u << widest) - 1u) << raise));
            }
            if constexpr (widest == 4 && (W & 2) != 0) {
                code = with_plane<2, U, raise, Form>(code, part);
            }
            if constexpr (widest > 1 && (W & 1) != 0) {
                code = with_plane<1, U, raise, Form>(code, part);
            }
            return code;
        }
    }

  private:
    /// The lines of the plane of one width.
    template <int Width> struct lines {
        static constexpr index_t each = 8 / Width;  ///< units a line
        static constexpr index_t start =
            planes::block / 8 * static_cast<index_t>(W & ~(2 * Width - 1));
        simd::byte_register line[planes::has(Width) ? units / each : 1][simd::parts];

        GRADUS_INLINE explicit lines(const std::byte* block) {
            if constexpr (planes::has(Width)) {
                simd::unrolled<units / each>([&](index_t i) GRADUS_INLINE_LAMBDA {
                    simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                        line[i][p] = simd::held(
                            simd::load_bytes(block + start + 64 * i + simd::register_bytes * p));
                    });
                });
            }
        }

        /// The line of unit U, its bits moved to where they belong in the code.
        template <index_t U, int Raise>
        [[nodiscard]] GRADUS_INLINE simd::byte_register line_at(index_t part) const {
            constexpr int place = planes::shift_of(Width) + Raise;
            return simd::shifted_to<Width* int{U % each}, place>(line[U / each][part]);
        }
    };

    template <int Width> [[nodiscard]] GRADUS_INLINE const lines<Width>& lines_of() const {
        if constexpr (Width == 4) {
            return fours_;
        } else if constexpr (Width == 2) {
            return twos_;
        } else {
            return ones_;
        }
    }

    /// The bits of the two widest planes.
    template <index_t U>
    [[nodiscard]] GRADUS_INLINE simd::byte_register merged_planes(index_t part) const {
        constexpr int wide = widest * int{U % (8 / widest)};
        constexpr int narrow_there = next * int{U % (8 / next)};
        constexpr bool shifts = wide / 4 == narrow_there / 4;
        constexpr int narrow = shifts ? (narrow_there + 4) % 8 : narrow_there;
        constexpr unsigned mask = wide / 4 == 0 ? 0xf0u : 0x0fu;
        constexpr auto from = [] {
            simd::bit_places places{widest + next};
            for (int i = 0; i < widest; ++i) {
                places.place[i] = wide + i;
            }
            for (int i = 0; i < next; ++i) {
                places.place[widest + i] = narrow + i;
            }
            return places;
        }();
        simd::byte_register line = lines_of<next>().line[U / (8 / next)][part];
        if constexpr (shifts) { line = simd::shifted_to<narrow_there, narrow>(line); }
        const auto other = lines_of<widest>().line[U / (8 / widest)][part];
        return simd::bits_of<from>(simd::merged<mask>(other, line));
    }

    /// `code` and the bits of a narrower plane.
    template <int Width, index_t U, int Raise, unit_form Form>
    [[nodiscard]] GRADUS_INLINE simd::byte_register with_plane(simd::byte_register code,
                                                               index_t part) const {
        constexpr unsigned mask = ((1u << Width) - 1u) << (planes::shift_of(Width) + Raise);
        const auto line = lines_of<Width>().template line_at<U, Raise>(part);
        if constexpr (Form == unit_form::loose) {
            return simd::merged<mask>(code, line);
        } else {
            return simd::any_of(code, simd::both(line, simd::every_byte(mask)));
        }
    }

    const std::byte* block_;
    lines<4> fours_;
    lines<2> twos_;
    lines<1> ones_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

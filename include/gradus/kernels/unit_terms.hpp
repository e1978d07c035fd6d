// SPDX-License-Identifier: MIT
// How the stored units of a layout enter an integer dot product.
#pragma once

#include <gradus/kernels/dot_form.hpp>
#include <gradus/kernels/plane_units.hpp>
#include <gradus/kernels/trit_units.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/simd/byte_dot.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The mapping's form and the packing's units together.
///   halves  vectors of rows in a tile
///   direct  blocks are read from the stream into registers
///   form    which bits of a unit count
template <layout_type L> class unit_terms {
    using form_type = dot_form<typename L::mapping_type>;
    using units = block_units<typename L::packing_type>;

  public:
    static constexpr index_t terms = form_type::terms;
    static constexpr index_t halves = (L::tile_rows + simd::lanes - 1) / simd::lanes;
    static constexpr bool direct = units::direct && L::tile_rows == tiles_of_32;
    static constexpr bool fractions = direct && form_type::scales && units::fractions;
    static constexpr unit_form form = form_type::ignores_upper_bits ? unit_form::loose
                                    : direct && form_type::scales && simd::dot_takes_any_byte
                                        ? unit_form::raised
                                        : unit_form::exact;
    /// At most a handful of operations for 64 codes.
    static constexpr bool unpacks_fast = direct && terms == 1 && units::unpacks_fast;
    static constexpr int bits = form == unit_form::raised ? 8 : form_type::bits;

    GRADUS_INLINE explicit unit_terms(const typename L::mapping_type& map) : form_{map} {}

    static constexpr bool has_whole_offset = form_type::has_whole_offset;

    /// What codes of zero add to the sum of their last term, for half `half`, in units of the
    /// activations' sum.
    [[nodiscard]] static constexpr std::int32_t whole_offset(index_t half) {
        return form_type::whole_offset() * static_cast<std::int32_t>(raised(half));
    }

    [[nodiscard]] static constexpr float raised([[maybe_unused]] index_t half) {
        if constexpr (form == unit_form::raised) {
            return units::raised(half);
        } else {
            return 1.0f;
        }
    }

    /// Byte `term` of codes that a block gave.
    [[nodiscard]] GRADUS_INLINE simd::byte_register term(index_t term,
                                                         simd::byte_register code) const {
        return term == 0 ? form_.template term<0>(code) : form_.template term<terms - 1>(code);
    }

    /// Byte `term` of plain codes of half `half`: as large as those that a block gives.
    [[nodiscard]] GRADUS_INLINE simd::byte_register
    term_of_plain(index_t term_index, index_t half, simd::byte_register code) const {
        if constexpr (form == unit_form::raised) {
            constexpr unsigned mask = 255u << units::raise() & 255u;
            if (half == 1) { code = simd::moved<0, units::raise(), mask>(code); }
        }
        return term(term_index, code);
    }

    /// Minus what a unit of zeros would add, for half `half`.
    [[nodiscard]] GRADUS_INLINE simd::f32x16 minus_offset(const lane_grid& grid,
                                                          index_t half) const {
        return simd::f32x16(0.0f) - form_.offset(grid) * simd::f32x16(raised(half));
    }

    /// The factor of all scales of half `half`.
    [[nodiscard]] GRADUS_INLINE float pitch(index_t half) const {
        return form_.pitch() * (1.0f / raised(half));
    }

  private:
    form_type form_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// A full block's codes, 16 rows by 4 columns at a time, straight into registers.
#pragma once

#include <gradus/concepts/packing.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// How much of a unit a reader needs.
enum class unit_form {
    exact,   ///< the codes
    raised,  ///< the lower half's codes may be `raised` times too large: bits that are left where
             ///< they lie cost no shift, and a power of two is exact in a scale
    loose,   ///< only the code's own bits count; what lies above them is arbitrary
};

/// How a packing gives the units of a full block of a tile of 32 rows without a detour through
/// memory. A packing without a specialisation is unpacked by its definition (block_codes.hpp).
///   unpacks_fast  in a handful of operations a unit
///   units         of 64 codes: (quad 0, upper half), (quad 0, lower half), (quad 1, upper half)
///   raised(half)  the factor of unit_form::raised
///   fractions     a product may read fraction<U, After>(p) instead (trit_units.hpp)
///
/// Made of the block's bytes, whose lines it reads once; unit<U, Form>(p) is part p of unit U.
template <packing P> struct block_units {
    static constexpr bool direct = false;
    static constexpr bool unpacks_fast = false;
    static constexpr bool fractions = false;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

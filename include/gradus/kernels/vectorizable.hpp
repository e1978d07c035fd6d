// SPDX-License-Identifier: MIT
// Which policies run on vectors; the others run by their scalar definition.
#pragma once

#include <gradus/concepts/mapping.hpp>
#include <gradus/concepts/rounding.hpp>
#include <gradus/simd/lanes.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// `locate` and `decode` accept sixteen lanes.
template <class M>
concept vectorizable_mapping =
    mapping<M> && (GRADUS_HAS_SIMD == 1) &&
    requires(const M m, simd::f32x16 x, simd::u32x16 c, typename M::params p) {
        { m.locate(x, p) } -> std::same_as<basic_bracket<simd::f32x16>>;
        { m.template decode<simd::f32x16>(c, p) } -> std::same_as<simd::f32x16>;
    };

/// Its rounder chooses for sixteen lanes, and none depends on another.
template <class R>
concept vectorizable_rounding = rounding<R> && bool(R::memoryless) && (GRADUS_HAS_SIMD == 1) &&
                                requires(const R r, basic_bracket<simd::f32x16> b) {
                                    { r.start(index_t{0}).choose(b) } -> std::same_as<simd::u32x16>;
                                };

}  // namespace GRADUS_ISA
}  // namespace gradus

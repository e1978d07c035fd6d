// SPDX-License-Identifier: MIT
// Values to codes: one run of values under one grid.
#pragma once

#include <gradus/kernels/vectorizable.hpp>
#include <gradus/simd/widen.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The definition of encoding: for i in order
///
///     v = adjust(x_i);  c_i = choose(locate(v));  feed(v - decode(c_i), step)
///
/// adjust and feed are skipped where the rounding is memoryless.
template <mapping M, rounder S>
GRADUS_INLINE void encode_values(
    const M& map, typename M::params p, S& state, bool memoryless, floats x, code_t* codes) {
    for (index_t i = 0; i < x.size(); ++i) {
        if (memoryless) {
            codes[i] = state.choose(map.locate(x[i], p));
            continue;
        }
        const float v = state.adjust(x[i]);
        const bracket b = map.locate(v, p);
        codes[i] = state.choose(b);
        const float below = rounded(map.decode(b.lower, p));
        const float above = rounded(map.decode(static_cast<code_t>(b.lower + 1), p));
        state.feed(v - (codes[i] == b.lower ? below : above), magnitude(above - below));
    }
}

/// The same codes, sixteen at a time where mapping and rounding allow.
template <mapping M, rounding R, rounder S>
GRADUS_INLINE void
encode_run(const M& map, typename M::params p, const R&, S& state, floats x, code_t* codes) {
    index_t i = 0;
    if constexpr (vectorizable_mapping<M> && vectorizable_rounding<R>) {
        for (; i + simd::lanes <= x.size(); i += simd::lanes) {
            simd::store_codes(state.choose(map.locate(simd::f32x16::load(x.data() + i), p)),
                              codes + i);
        }
    }
    encode_values(map, p, state, bool(R::memoryless), x.subspan(i), codes + i);
}

}  // namespace GRADUS_ISA
}  // namespace gradus

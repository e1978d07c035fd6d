// SPDX-License-Identifier: MIT
// Sixteen rows of four bytes as words, and one of their columns.
#pragma once

#include <gradus/simd/bytes.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// Four bytes a word, the first in its lowest bits.
[[nodiscard]] GRADUS_INLINE native<std::uint32_t> words_of(byte_register v) {
#if GRADUS_HAS_SIMD && defined(__aarch64__)
    return native<std::uint32_t>{vreinterpretq_u32_u8(v)};
#else
    return native<std::uint32_t>(v);
#endif
}

/// Byte `Column` of every word of a part of a unit (16 rows by 4 columns).
template <int Column>
[[nodiscard]] GRADUS_INLINE native<std::uint32_t> byte_column(byte_register v) {
    const native<std::uint32_t> words = words_of(v);
    if constexpr (Column == 0) {
        return words & native<std::uint32_t>(255u);
    } else if constexpr (Column == 3) {
        return words >> 24;
    } else {
        return (words >> (8 * Column)) & native<std::uint32_t>(255u);
    }
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Survivors back to their places among sixty-four.
#pragma once

#include <gradus/simd/bytes.hpp>

#include <array>
#include <bit>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// Whether `expanded` is one operation.
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS) && defined(__AVX512VBMI2__)
inline constexpr bool expands_registers = true;
#else
inline constexpr bool expands_registers = false;
#endif

/// Byte i: the next of the bytes at `from` where bit i of `places` is set, else byte i of `rest`.
/// Reads 64 bytes; needs `expands_registers`. (The form that loads by itself is microcode on
/// Zen 4.)
[[nodiscard]] GRADUS_INLINE byte_register expanded(const code_t* from,
                                                   [[maybe_unused]] std::uint64_t places,
                                                   [[maybe_unused]] byte_register rest) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS) && defined(__AVX512VBMI2__)
    return _mm512_mask_expand_epi8(rest, static_cast<__mmask64>(places), held(load_bytes(from)));
#else
    return load_bytes(from);
#endif
}

/// For each byte of places, where its eight values come from: survivor k, or 8 + i for the i-th of
/// the rest.
inline constexpr std::array<std::uint64_t, 256> expansion_order = [] {
    std::array<std::uint64_t, 256> order{};
    for (unsigned places = 0; places < 256; ++places) {
        std::uint64_t next = 0;
        for (unsigned i = 0; i < 8; ++i) {
            const bool survives = ((places >> i) & 1u) != 0;
            order[places] |= (survives ? next : std::uint64_t{8} + i) << (8 * i);
            next += survives ? 1u : 0u;
        }
    }
    return order;
}();

/// Eight of them. Reads eight bytes at `from`.
GRADUS_INLINE void
expand_eight(const code_t* from, unsigned places, const code_t* rest, code_t* to) {
#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
    const auto eight = [](const void* at) {
        return _mm_loadl_epi64(static_cast<const __m128i*>(at));
    };
    const __m128i both_kinds = _mm_unpacklo_epi64(eight(from), eight(rest));
    _mm_storel_epi64(static_cast<__m128i*>(static_cast<void*>(to)),
                     _mm_shuffle_epi8(both_kinds, eight(&expansion_order[places])));
#elif GRADUS_HAS_SIMD
    const uint8x16_t both_kinds = vcombine_u8(vld1_u8(from), vld1_u8(rest));
    vst1_u8(to, vqtbl1_u8(both_kinds, vcreate_u8(expansion_order[places])));
#else
    for (unsigned i = 0; i < 8; ++i, places >>= 1) {
        to[i] = (places & 1u) != 0 ? *from : rest[i];
        from += places & 1u;
    }
#endif
}

/// `expanded` into memory, on every instruction set. Reads up to 64 bytes at `from`; returns where
/// the next survivor is.
GRADUS_INLINE const code_t*
expand(const code_t* from, std::uint64_t places, const code_t* rest, code_t* to) {
    if constexpr (expands_registers) {
        store_bytes(to, expanded(from, places, load_bytes(rest)));
        return from + std::popcount(places);
    } else {
        for (index_t i = 0; i < 64; i += 8, places >>= 8) {
            const auto eight = static_cast<unsigned>(places & 255u);
            expand_eight(from, eight, rest + i, to + i);
            from += std::popcount(eight);
        }
        return from;
    }
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Stores that go past the caches, for bytes that nobody reads soon.
#pragma once

#include <gradus/simd/bytes.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// An ordinary store first reads the line that it overwrites; this one does not. `to` is aligned
/// to the register. Whoever hands such bytes to another thread calls `finish_streams` before.
GRADUS_INLINE void stream_bytes(void* to, byte_register v) {
#if GRADUS_HAS_SIMD && defined(GRADUS_WIDE_REGISTERS)
    _mm512_stream_si512(static_cast<__m512i*>(to), v);
#elif GRADUS_HAS_SIMD && defined(__AVX2__)
    _mm256_stream_si256(static_cast<__m256i*>(to), v);
#elif GRADUS_HAS_SIMD && defined(__SSE4_2__)
    _mm_stream_si128(static_cast<__m128i*>(to), v);
#else
    store_bytes(to, v);
#endif
}

/// Sixteen floats; `to` is aligned to 64 bytes.
GRADUS_INLINE void stream_values(float* to, const f32x16& v) {
    each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
        stream_bytes(to + p * native_lanes<float>, std::bit_cast<byte_register>(v.part[p]));
    });
}

GRADUS_INLINE void finish_streams() {
#if GRADUS_HAS_SIMD && defined(__SSE4_2__)
    _mm_sfence();
#endif
}

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus

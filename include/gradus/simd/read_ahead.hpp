// SPDX-License-Identifier: MIT
// How far ahead of its arithmetic a kernel asks for what it reads.
#pragma once

#include <gradus/core/types.hpp>

#include <cstddef>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// Memory and arithmetic overlap only if lines are asked for before they are needed, and in the
/// order of their addresses, however the kernel reads them.
///
/// AMD's prefetchers then run ahead on their own: 256 bytes, into the nearest cache. On Zen 4, one
/// core, from DRAM and L3 (limits 33 and 99 GB/s), 5 and 6 bits in groups of 32:
///     none          18 and 26,  51 and 66 GB/s
///     256 B, L1     33 and 34,  57 and 69
///     1 KiB, L2     21 and 25,  48 and 48
///     4 KiB, L2     16 and 13,  55 and 62
/// Intel's do not: 4 KiB (Sapphire Rapids, 8 dot products a line: 10.4 GB/s without, 14.2 with).
class read_ahead {
  public:
    GRADUS_INLINE read_ahead() : distance_{nearby() ? index_t{256} : index_t{4096}} {}

    /// Asks for the successors of `bytes` bytes. (A branch for the cache, too, costs Zen 4 a tenth
    /// of its bandwidth from DRAM.)
    GRADUS_INLINE void of(const std::byte* at, index_t bytes) const {
        for (index_t i = 0; i < bytes; i += 64) {
            __builtin_prefetch(at + distance_ + i, 0, 3);
        }
    }

  private:
    [[nodiscard]] GRADUS_INLINE static bool nearby() {
#if defined(__x86_64__)
        return __builtin_cpu_is("intel") == 0;
#else
        return true;
#endif
    }

    index_t distance_;
};

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// How large the caches are, and so what a working set is "in L2", "in L3" or "in DRAM".
#pragma once

#include <cstddef>
#include <fstream>
#include <string>

namespace gradus_bench {

/// Bytes of the data or unified cache of `level` as the kernel sees it for the first core, or
/// `otherwise`. Not sysconf: glibc multiplies L3 on virtual AMD machines (335 MB for 32 MiB here).
inline std::size_t cache_bytes(int level, std::size_t otherwise) {
    for (int index = 0; index < 8; ++index) {
        const std::string folder =
            "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index);
        int found = 0;
        std::string type;
        std::size_t kibibytes = 0;
        std::ifstream{folder + "/level"} >> found;
        std::ifstream{folder + "/type"} >> type;
        std::ifstream{folder + "/size"} >> kibibytes;  // "1024K"
        if (found == level && type != "Instruction" && kibibytes > 0) { return kibibytes << 10; }
    }
    return otherwise;
}

/// Half of L2: streams through it never leave it.
inline std::size_t bytes_in_l2() {
    static const std::size_t size = cache_bytes(2, std::size_t{1} << 20) / 2;
    return size;
}

/// Far beyond L2, well inside L3: half of it, but no more than 16 MiB, as a neighbour may share it.
inline std::size_t bytes_in_l3() {
    static const std::size_t size = [] {
        const std::size_t half = cache_bytes(3, std::size_t{32} << 20) / 2;
        return half < (std::size_t{16} << 20) ? half : std::size_t{16} << 20;
    }();
    return size;
}

/// Sixteen times L3 and at least half a gibibyte: what one pass leaves in L3 is noise.
inline std::size_t bytes_in_dram() {
    static const std::size_t size = [] {
        const std::size_t many = 16 * cache_bytes(3, std::size_t{32} << 20);
        const std::size_t least = std::size_t{512} << 20;
        return many > least ? (many < 4 * least ? many : 4 * least) : least;
    }();
    return size;
}

}  // namespace gradus_bench

// SPDX-License-Identifier: MIT
// What this machine can do at most, measured once a process: the denominators of all fractions.
#pragma once

#include "arithmetic_limit.hpp"
#include "caches.hpp"
#include "huge_buffer.hpp"
#include "read_limit.hpp"
#include "store_limit.hpp"

#include <array>
#include <cstring>
#include <optional>
#include <sched.h>

namespace gradus_bench {

/// Where the bytes of a working set come from.
enum class memory { l2, l3, dram };

inline constexpr std::array<memory, 3> memories = {memory::l2, memory::l3, memory::dram};

constexpr const char* name_of(memory where) {
    constexpr std::array<const char*, 3> names = {"l2", "l3", "dram"};
    return names[static_cast<std::size_t>(where)];
}

inline std::size_t working_set(memory where) {
    switch (where) {
    case memory::l2:
        return bytes_in_l2();
    case memory::l3:
        return bytes_in_l3();
    case memory::dram:
        break;
    }
    return bytes_in_dram();
}

/// Cores this process may run on: 1 under `taskset -c 1`, and then two threads mean nothing.
inline std::size_t cores() {
    ::cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) != 0) { return 1; }
    return static_cast<std::size_t>(CPU_COUNT(&set));
}

/// Bytes to stream through, written once so that every page exists.
inline std::span<std::byte> arena() {
    static huge_buffer buffer = [] {
        huge_buffer made{bytes_in_dram()};
        std::memset(made.bytes().data(), 1, made.bytes().size());
        return made;
    }();
    return buffer.bytes();
}

/// The loop that measures reading by `threads` (1 or 2) threads; chosen at the first call.
inline read_limit& reading(memory where, std::size_t threads) {
    static std::array<std::array<std::optional<read_limit>, 2>, 3> made;
    auto& one = made[static_cast<std::size_t>(where)][threads == 1 ? 0 : 1];
    if (!one) {
        // Each core has an L2 of its own.
        const std::size_t size = working_set(where) * (where == memory::l2 ? threads : 1);
        one.emplace(arena().first(size), where == memory::dram, threads);
    }
    return *one;
}

/// Bytes a second that `threads` (1 or 2) threads read from `where`; measured at the first call.
inline read_limit::rates read_limit_of(memory where, std::size_t threads) {
    static std::array<std::array<std::optional<read_limit::rates>, 2>, 3> measured;
    auto& one = measured[static_cast<std::size_t>(where)][threads == 1 ? 0 : 1];
    if (!one) { one = reading(where, threads).rounds(21); }
    return *one;
}

/// Multiply-adds a second of `threads` threads: of integer bytes, of floats. Cores scale freely.
inline double dot_limit(std::size_t threads) {
    static const double one = products_a_second<byte_dot>(20);
    return one * static_cast<double>(threads);
}

inline double fma_limit(std::size_t threads) {
    static const double one = products_a_second<float_fma>(20);
    return one * static_cast<double>(threads);
}

/// Bytes a second that one thread stores in L2.
inline double store_limit() {
    static const double one = store_rate(arena().first(bytes_in_l2()), 5);
    return one;
}

}  // namespace gradus_bench

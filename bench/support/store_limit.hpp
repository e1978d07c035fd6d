// SPDX-License-Identifier: MIT
// How fast this machine stores what it need not read: the wall of every decoder.
#pragma once

#include "read_limit.hpp"

namespace gradus_bench {

/// Stores the same 64 bytes everywhere, `Unrolled` a turn.
template <std::size_t Unrolled> [[gnu::noinline]] void store_all(std::span<std::byte> bytes) {
    line value{1, 2, 3, 4, 5, 6, 7, 8};
    keep(value);
    constexpr std::size_t step = Unrolled * sizeof(line);
    std::byte* const to = bytes.data();
    for (std::size_t i = 0; i + step <= bytes.size(); i += step) {
        for (std::size_t u = 0; u < Unrolled; ++u) {
            std::memcpy(to + i + u * sizeof(line), &value, sizeof value);
        }
    }
    keep(*to);
}

[[gnu::noinline]] inline void store_by_memset(std::span<std::byte> bytes) {
    std::memset(bytes.data(), 1, bytes.size());
    keep(*bytes.data());
}

/// Bytes a second of one thread, stored over and over into the same `bytes`: the best of `rounds`
/// rounds of the best loop.
inline double store_rate(std::span<std::byte> bytes, int rounds) {
    constexpr std::size_t passes = 64;
    double best = 0.0;
    for (const auto store : {store_all<1>, store_all<4>, store_all<8>, store_by_memset}) {
        for (int round = 0; round < rounds; ++round) {
            store(bytes);
            const double seconds = cpu_seconds_of([&] {
                for (std::size_t pass = 0; pass < passes; ++pass) {
                    store(bytes);
                }
            });
            const double rate = static_cast<double>(passes * bytes.size()) / seconds;
            best = rate > best ? rate : best;
        }
    }
    return best;
}

}  // namespace gradus_bench

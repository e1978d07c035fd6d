// SPDX-License-Identifier: MIT
// How fast this machine reads memory: the fastest of several loops that do nothing else.
#pragma once

#include "together.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace gradus_bench {

/// 64 bytes: one register where there is AVX-512, several elsewhere.
using line [[gnu::vector_size(64)]] = std::uint64_t;

/// Adds up all lines of `bytes`, read as `Streams` runs side by side, each with a software prefetch
/// `Ahead` bytes ahead (none at 0) into the cache that `Locality` names (3: L1, 2: L2). An add is
/// the least that keeps a load alive, and is free beside it. The rest of a size that the streams do
/// not divide is left out: a few lines.
template <std::size_t Streams, std::size_t Ahead = 0, int Locality = 3>
[[gnu::noinline]] void read_all(std::span<const std::byte> bytes) {
    constexpr std::size_t unrolled = Streams >= 4 ? 2 : 8 / Streams;
    constexpr std::size_t step = unrolled * sizeof(line);
    const std::size_t run = bytes.size() / Streams / step * step;
    std::array<line, Streams * unrolled> sums{};
    const std::byte* at = bytes.data();
    for (std::size_t i = 0; i < run; i += step) {
        for (std::size_t s = 0; s < Streams; ++s) {
            for (std::size_t u = 0; u < unrolled; ++u) {
                const std::byte* const from = at + s * run + i + u * sizeof(line);
                if constexpr (Ahead != 0) { __builtin_prefetch(from + Ahead, 0, Locality); }
                line got;
                std::memcpy(&got, from, sizeof got);
                sums[s * unrolled + u] += got;
            }
        }
    }
    keep(sums);
}

using reader = void (*)(std::span<const std::byte>);

/// Each is the fastest somewhere: without prefetch in the caches, which it slows down on Zen 4;
/// with it from memory on Intel's server cores. Turning to another page every 128 bytes halves the
/// rate.
inline constexpr std::array<reader, 9> readers = {
    read_all<1>,       read_all<2>,          read_all<4>,
    read_all<8>,       read_all<1, 1024>,    read_all<1, 4096>,
    read_all<1, 8192>, read_all<1, 2048, 2>, read_all<1, 4096, 2>};

/// Bytes a second of `read` over `bytes`, cut evenly among `threads` threads: `passes` times after
/// one pass that warms the caches, or once and cold if `passes` is 0.
inline double
read_rate(reader read, std::span<const std::byte> bytes, std::size_t passes, std::size_t threads) {
    const std::size_t share = bytes.size() / threads / sizeof(line) * sizeof(line);
    const auto read_own = [&](std::size_t t, std::size_t times) {
        for (std::size_t i = 0; i < times; ++i) {
            read(bytes.subspan(t * share, share));
        }
    };
    const std::size_t timed = passes == 0 ? 1 : passes;
    const double seconds = seconds_on(
        threads, [&](std::size_t t) { read_own(t, passes == 0 ? 0 : 1); },
        [&](std::size_t t) { read_own(t, timed); });
    return static_cast<double>(share * threads * timed) / seconds;
}

/// Measures reading `bytes` again and again with the loop that proved fastest for them.
///
/// Rounds are a few milliseconds, so that on a busy machine most of them run undisturbed. From
/// memory, each round takes the next quarter of `bytes`, which is cold by then.
class read_limit {
  public:
    read_limit(std::span<const std::byte> bytes, bool cold, std::size_t threads)
        : bytes_{bytes}, cold_{cold}, threads_{threads} {
        double fastest = 0.0;
        for (const reader candidate : readers) {
            const double rate = rounds(candidate, 9).median;
            if (rate > fastest) {
                fastest = rate;
                best_ = candidate;
            }
        }
    }

    /// Bytes a second.
    struct rates {
        double median;
        double best;
    };

    rates rounds(int count) { return rounds(best_, count); }

  private:
    rates rounds(reader read, int count) {
        std::vector<double> all;
        for (int i = 0; i < count; ++i) {
            all.push_back(round(read));
        }
        std::sort(all.begin(), all.end());
        return {all[all.size() / 2], all.back()};
    }

    double round(reader read) {
        if (!cold_) {
            const std::size_t passes = (std::size_t{64} << 20) / bytes_.size() + 1;
            return read_rate(read, bytes_, passes, threads_);
        }
        const std::size_t slice = bytes_.size() / 4;
        next_ = (next_ + 1) % 4;
        return read_rate(read, bytes_.subspan(next_ * slice, slice), 0, threads_);
    }

    std::span<const std::byte> bytes_;
    bool cold_;
    std::size_t threads_;
    std::size_t next_ = 0;
    reader best_ = readers[0];
};

}  // namespace gradus_bench

// SPDX-License-Identifier: MIT
// Several threads at the same work at the same time.
#pragma once

#include "clock.hpp"

#include <barrier>
#include <cstddef>
#include <thread>
#include <vector>

namespace gradus_bench {

/// Seconds that `threads` threads take for `work(t)` each, all starting together after `warm(t)`:
/// processor time of one thread, wall-clock time of several.
template <class Warm, class Work> double seconds_on(std::size_t threads, Warm&& warm, Work&& work) {
    if (threads == 1) {
        warm(std::size_t{0});
        return cpu_seconds_of([&] { work(std::size_t{0}); });
    }
    std::barrier<> gate{static_cast<std::ptrdiff_t>(threads)};
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < threads; ++t) {
        others.emplace_back([&gate, &warm, &work, t] {
            warm(t);
            gate.arrive_and_wait();
            work(t);
            gate.arrive_and_wait();
        });
    }
    warm(std::size_t{0});
    gate.arrive_and_wait();
    return seconds_of([&] {
        work(std::size_t{0});
        gate.arrive_and_wait();
    });
}

}  // namespace gradus_bench

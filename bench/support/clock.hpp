// SPDX-License-Identifier: MIT
// Seconds of a piece of work.
#pragma once

#include <chrono>
#include <ctime>

namespace gradus_bench {

/// Wall-clock seconds: the only fair clock where several threads work.
template <class F> double seconds_of(F&& work) {
    using clock = std::chrono::steady_clock;
    const clock::time_point start = clock::now();
    work();
    return std::chrono::duration<double>(clock::now() - start).count();
}

inline double thread_seconds() {
    std::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Seconds this thread ran: what a busy machine gives to other processes does not count.
template <class F> double cpu_seconds_of(F&& work) {
    const double start = thread_seconds();
    work();
    return thread_seconds() - start;
}

/// Keeps the compiler from dropping or merging what was computed.
template <class T> void keep(const T& value) {
    asm volatile("" : : "r"(&value) : "memory");
}

}  // namespace gradus_bench

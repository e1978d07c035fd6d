// SPDX-License-Identifier: MIT
// A fixed set of threads that share the indices of one loop at a time.
#pragma once

#include <gradus/core/executor.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Waits for a condition that another thread is about to make true, for so many microseconds at
/// most; returns whether it has come.
template <class Condition>
[[nodiscard]] bool spun_until(Condition&& holds, std::chrono::microseconds limit) {
    constexpr int looks = 32;  // between two looks at the clock
    const auto end = std::chrono::steady_clock::now() + limit;
    do {
        for (int i = 0; i < looks; ++i) {
            if (holds()) { return true; }
#if defined(__x86_64__)
            __builtin_ia32_pause();
#elif defined(__aarch64__)
            asm volatile("yield");
#endif
        }
        std::this_thread::yield();  // to whoever else wants this core
    } while (std::chrono::steady_clock::now() < end);
    return holds();
}

/// `thread_pool{n}` runs loops on `n` threads, the caller's among them (0 counts as 1).
/// Not re-entrant: a loop body must not start another loop on the same pool, and must not throw.
///
/// Who waits, for a loop or for its end, looks out for it for `spin` before it sleeps, as long as
/// every thread has a core: to wake one takes some 50 microseconds (a virtual machine on Zen 4), a
/// gemv of 4096 x 4096 at 4 bits 105. With it two threads do that in 1 / 1.9 of the time; without,
/// in 1 / 1.1.
class thread_pool {
  public:
    explicit thread_pool(unsigned threads,
                         std::chrono::microseconds spin = std::chrono::microseconds{100})
        : spin_{threads <= std::thread::hardware_concurrency() ? spin : spin.zero()} {
        for (unsigned i = 1; i < threads; ++i) {
            workers_.emplace_back([this](const std::stop_token& stop) { serve(stop); });
        }
    }

    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;

    [[nodiscard]] unsigned size() const noexcept {
        return static_cast<unsigned>(workers_.size()) + 1;
    }

    template <class F> void for_each(index_t n, F&& f) {
        if (workers_.empty() || n < 2) { return serial{}.for_each(n, f); }
        body_ = const_cast<void*>(static_cast<const void*>(std::addressof(f)));
        call_ = [](void* body, index_t i) { (*static_cast<std::remove_reference_t<F>*>(body))(i); };
        count_ = n;
        next_.store(0, std::memory_order_relaxed);
        busy_.store(workers_.size(), std::memory_order_relaxed);
        {
            const std::lock_guard lock{mutex_};  // nobody falls asleep between looking and sleeping
            round_.fetch_add(1, std::memory_order_release);
        }
        wake_.notify_all();
        drain();
        const auto done = [this] { return busy_.load(std::memory_order_acquire) == 0; };
        if (spun_until(done, spin_)) { return; }
        std::unique_lock lock{mutex_};
        idle_.wait(lock, done);
    }

  private:
    void drain() {
        for (index_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < count_;) {
            call_(body_, i);
        }
    }

    void serve(const std::stop_token& stop) {
        unsigned long seen = 0;
        const auto called = [&] { return round_.load(std::memory_order_acquire) != seen; };
        while (true) {
            if (!spun_until([&] { return called() || stop.stop_requested(); }, spin_) ||
                !called()) {
                std::unique_lock lock{mutex_};
                if (!wake_.wait(lock, stop, called)) { return; }
            }
            ++seen;
            drain();
            if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
                const std::lock_guard lock{mutex_};
                idle_.notify_one();
            }
        }
    }

    std::chrono::microseconds spin_;
    std::mutex mutex_;
    std::condition_variable_any wake_;  // its wait ends when a stop is asked for
    std::condition_variable idle_;
    void* body_ = nullptr;
    void (*call_)(void*, index_t) = nullptr;
    index_t count_ = 0;
    alignas(64) std::atomic<index_t> next_ = 0;
    alignas(64) std::atomic<std::size_t> busy_ = 0;
    alignas(64) std::atomic<unsigned long> round_ = 0;
    std::vector<std::jthread> workers_;  // last: threads must not outlive what they use
};

static_assert(executor<thread_pool>);

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// A fixed set of threads that share the indices of one loop at a time.
#pragma once

#include <gradus/core/executor.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// `thread_pool{n}` runs loops on `n` threads, the caller's among them (0 counts as 1).
/// Not re-entrant: a loop body must not start another loop on the same pool, and must not throw.
class thread_pool {
  public:
    explicit thread_pool(unsigned threads) {
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
        {
            const std::lock_guard lock{mutex_};
            body_ = const_cast<void*>(static_cast<const void*>(std::addressof(f)));
            call_ = [](void* body, index_t i) {
                (*static_cast<std::remove_reference_t<F>*>(body))(i);
            };
            count_ = n;
            next_.store(0, std::memory_order_relaxed);
            busy_ = workers_.size();
            ++round_;
        }
        wake_.notify_all();
        drain();
        std::unique_lock lock{mutex_};
        idle_.wait(lock, [this] { return busy_ == 0; });
    }

  private:
    void drain() {
        for (index_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < count_;) {
            call_(body_, i);
        }
    }

    void serve(const std::stop_token& stop) {
        unsigned long seen = 0;
        while (true) {
            {
                std::unique_lock lock{mutex_};
                if (!wake_.wait(lock, stop, [&] { return round_ != seen; })) { return; }
                seen = round_;
            }
            drain();
            const std::lock_guard lock{mutex_};
            if (--busy_ == 0) { idle_.notify_one(); }
        }
    }

    std::mutex mutex_;
    std::condition_variable_any wake_;  // its wait ends when a stop is asked for
    std::condition_variable idle_;
    void* body_ = nullptr;
    void (*call_)(void*, index_t) = nullptr;
    index_t count_ = 0;
    std::atomic<index_t> next_ = 0;
    std::size_t busy_ = 0;
    unsigned long round_ = 0;
    std::vector<std::jthread> workers_;  // last: threads must not outlive what they use
};

static_assert(executor<thread_pool>);

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Every index exactly once, whatever the numbers of threads and indices.
#include <gradus/core/thread_pool.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <vector>

namespace {

using gradus::index_t;
using gradus::thread_pool;

/// Runs n indices and says whether each ran exactly once.
bool each_once(thread_pool& pool, index_t n) {
    std::vector<std::atomic<int>> count(n);
    pool.for_each(n, [&](index_t i) { count[i].fetch_add(1, std::memory_order_relaxed); });
    return std::all_of(count.begin(), count.end(), [](const auto& c) { return c.load() == 1; });
}

}  // namespace

TEST_CASE("a pool counts its caller, and zero threads are one") {
    CHECK(thread_pool{0}.size() == 1);
    CHECK(thread_pool{1}.size() == 1);
    CHECK(thread_pool{2}.size() == 2);
    CHECK(thread_pool{5}.size() == 5);
}

TEST_CASE("every index runs exactly once, for many sizes and numbers of threads") {
    for (const unsigned threads : {0u, 1u, 2u, 3u, 4u, 8u}) {
        thread_pool pool{threads};
        for (index_t n = 0; n <= 70; ++n) {
            REQUIRE(each_once(pool, n));
        }
        for (const index_t n : {127u, 128u, 1000u, 4099u, 100'000u}) {
            REQUIRE(each_once(pool, n));
        }
    }
}

TEST_CASE("loops follow each other without losing or repeating an index") {
    // Short loops are over before some worker wakes: a stale worker would run the next one's work.
    thread_pool pool{4};
    for (int round = 0; round < 3000; ++round) {
        REQUIRE(each_once(pool, static_cast<index_t>(round % 7)));
    }
}

TEST_CASE("what a loop wrote is there when it returns, without atomics") {
    thread_pool pool{4};
    std::vector<index_t> out(5000);
    for (index_t round = 0; round < 20; ++round) {
        pool.for_each(out.size(), [&](index_t i) { out[i] = i * i + round; });
        bool right = true;
        for (index_t i = 0; i < out.size(); ++i) {
            right = right && out[i] == i * i + round;
        }
        REQUIRE(right);
    }
}

TEST_CASE("uneven work is shared, and more than one thread takes part") {
    thread_pool pool{3};
    std::mutex mutex;
    std::set<std::thread::id> who;
    pool.for_each(30, [&](index_t i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{i % 3});
        const std::lock_guard lock{mutex};
        who.insert(std::this_thread::get_id());
    });
    CHECK(who.size() >= 2);
    CHECK(who.size() <= 3);
}

TEST_CASE("one index, or one thread, stays with the caller") {
    const auto caller = std::this_thread::get_id();
    bool same = true;
    thread_pool{4}.for_each(1, [&](index_t) { same = std::this_thread::get_id() == caller; });
    CHECK(same);
    thread_pool{1}.for_each(50,
                            [&](index_t) { same = same && std::this_thread::get_id() == caller; });
    CHECK(same);
}

TEST_CASE("a body that keeps state is called in place, not copied") {
    struct counter {
        std::atomic<int> calls = 0;

        void operator()(index_t) { ++calls; }
    } body;

    thread_pool pool{2};
    pool.for_each(100, body);
    CHECK(body.calls == 100);
}

TEST_CASE("pools come and go, used or unused") {
    for (int i = 0; i < 50; ++i) {
        thread_pool unused{3};
        thread_pool used{3};
        REQUIRE(each_once(used, 10));
    }
}

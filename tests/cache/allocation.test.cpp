// SPDX-License-Identifier: MIT
// The stated size of a packed cache is what it has asked the system for.
#include "cache_runs.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

namespace {

/// Live allocations with an alignment: those of aligned_buffer, and nothing else here.
std::vector<std::pair<void*, std::size_t>>& live() {
    static std::vector<std::pair<void*, std::size_t>> all;
    return all;
}

std::size_t live_bytes() {
    std::size_t sum = 0;
    for (const auto& [pointer, size] : live()) {
        sum += size;
    }
    return sum;
}

}  // namespace

void* operator new(std::size_t size, std::align_val_t alignment) {
    const auto step = static_cast<std::size_t>(alignment);
    void* pointer = std::aligned_alloc(step, (size + step - 1) / step * step);
    if (pointer == nullptr) { std::abort(); }
    live().emplace_back(pointer, size);
    return pointer;
}

void operator delete(void* pointer, std::align_val_t) noexcept {
    std::erase_if(live(), [&](const auto& item) { return item.first == pointer; });
    std::free(pointer);
}

void operator delete(void* pointer, std::size_t, std::align_val_t alignment) noexcept {
    operator delete(pointer, alignment);
}

TEST_CASE("allocated bytes grow and shrink as the stated size does, for every policy and width") {
    using namespace gradus;
    using namespace gradus::test;
    tokens_of in{45, 2, 24};
    const std::size_t before = live_bytes();
    for (const any_vectors& how : menu_of_policies()) {
        for (const int width : menu_of_widths) {
            for (const bool tail : {false, true}) {
                kv_options<> options;
                options.block = 8;
                options.sinks = 2;
                options.window = 3;
                options.pack_tail = tail;
                options.chooser = {width, width};
                any_cache<> cache{{2, 24, 60}, how, how, options};
                const std::size_t working =
                    kv_attention_floats(cache.shape()) * sizeof(float);  // aligned, and no token
                CHECK(live_bytes() - before == cache.size_in_bytes() + working);
                for (index_t t = 0; t < 45; t += 9) {
                    feed(cache, in, t, t + 9, 4);
                    CHECK(live_bytes() - before == cache.size_in_bytes() + working);
                }
                cache.truncate(21);
                CHECK(live_bytes() - before == cache.size_in_bytes() + working);
                cache.reset();
                CHECK(live_bytes() - before == cache.size_in_bytes() + working);
            }
        }
    }
    CHECK(live_bytes() == before);
}

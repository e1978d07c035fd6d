// SPDX-License-Identifier: MIT
// Running a model allocates nothing: every allocation of this program is counted.
#include "small_model.hpp"

#include <cstdlib>
#include <new>

namespace {

std::size_t allocations = 0;

void* counted(std::size_t size, std::size_t alignment) {
    ++allocations;
    void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory == nullptr) { std::abort(); }
    return memory;
}

}  // namespace

// Not inline: g++ 12 would see malloc and free through them, and warn of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
    return counted(size + 1, alignof(std::max_align_t));
}

[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
    return counted(size + 1, static_cast<std::size_t>(alignment));
}

[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return counted(size + 1, alignof(std::max_align_t));
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

TEST_CASE("prefill and decode do not allocate, gains and repeated blocks included") {
    using namespace gradus::test;
    auto model = model_of(random_weights(small_config()));
    model.set_plan({{0}, {1, 0.5f}, {1, 0.5f}, {2}});
    const auto tokens = random_tokens(40, model.vocabulary());
    auto caches = model.make_caches(40);
    auto memory = model.make_workspace(39);
    matrix logits(39, model.vocabulary());
    const std::span text{tokens};
    const auto before = allocations;
    model.forward(text.first(39), std::span{caches}, logits.view(), memory);
    model.forward(text.subspan(39), std::span{caches}, logits.view().block(0, 1), memory);
    CHECK(allocations == before);
    CHECK(before > 0);
}

TEST_CASE("a step of several sequences does not allocate") {
    using namespace gradus::test;
    const auto model = model_of(random_weights(small_config()));
    const auto tokens = random_tokens(5, model.vocabulary());
    auto caches = model.make_caches(3, 5);
    auto memory = model.make_workspace(5);
    matrix logits(5, model.vocabulary());
    const auto before = allocations;
    for (int step = 0; step < 3; ++step) {
        model.forward_each(std::span{tokens}, std::span{caches}, logits.view(), memory);
    }
    CHECK(allocations == before);
}

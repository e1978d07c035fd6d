// SPDX-License-Identifier: MIT
// Memory between two pages that nobody may touch.
#pragma once

#include <gradus/core/types.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <span>
#include <sys/mman.h>
#include <unistd.h>

namespace gradus::test {

/// Which end of the memory lies against a forbidden page.
enum class guarded_end { front, back };

/// A copy of some values; one step outside them, at the chosen end, stops the program.
template <class T> class guarded_memory {
  public:
    guarded_memory(std::span<const T> values, guarded_end end)
        : guarded_memory{values.size(), end} {
        if (!values.empty()) { std::memcpy(first_, values.data(), values.size_bytes()); }
    }

    guarded_memory(index_t count, guarded_end end) : count_{count} {
        const auto page = static_cast<index_t>(::sysconf(_SC_PAGESIZE));
        const index_t bytes = count * sizeof(T);
        const index_t inner = (bytes / page + 1) * page;
        size_ = inner + 2 * page;
        memory_ = ::mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(memory_ != MAP_FAILED);
        std::byte* begin = static_cast<std::byte*>(memory_) + page;
        REQUIRE(::mprotect(begin, inner, PROT_READ | PROT_WRITE) == 0);
        first_ = begin + (end == guarded_end::front ? 0 : inner - bytes);
    }

    guarded_memory(const guarded_memory&) = delete;
    guarded_memory& operator=(const guarded_memory&) = delete;

    ~guarded_memory() { ::munmap(memory_, size_); }

    [[nodiscard]] T* data() const { return static_cast<T*>(static_cast<void*>(first_)); }

    [[nodiscard]] std::span<T> values() const { return {data(), count_}; }

  private:
    index_t count_;
    index_t size_ = 0;
    void* memory_ = nullptr;
    std::byte* first_ = nullptr;
};

}  // namespace gradus::test

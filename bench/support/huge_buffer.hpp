// SPDX-License-Identifier: MIT
// Memory that caches cannot hold, on huge pages where the system grants them.
#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <sys/mman.h>
#include <utility>

namespace gradus_bench {

inline constexpr std::size_t huge_page = std::size_t{2} << 20;

/// Asks for huge pages in the whole of [first, first + size); a hint, so failure is no error.
inline void prefer_huge_pages(void* first, std::size_t size) {
#if defined(MADV_HUGEPAGE)
    static_cast<void>(::madvise(first, size, MADV_HUGEPAGE));
#else
    static_cast<void>(first);
    static_cast<void>(size);
#endif
}

/// Owns `size` zeroed bytes on a boundary of 2 MiB. Pages come into being when first written.
class huge_buffer {
  public:
    huge_buffer() = default;

    explicit huge_buffer(std::size_t size)
        : size_{size}, reserved_{(size + 2 * huge_page - 1) / huge_page * huge_page} {
        void* const got =
            ::mmap(nullptr, reserved_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (got == MAP_FAILED) { throw std::bad_alloc{}; }
        base_ = static_cast<std::byte*>(got);
        const auto address = reinterpret_cast<std::size_t>(base_);
        first_ = base_ + (huge_page - address % huge_page) % huge_page;
        prefer_huge_pages(base_, reserved_);
    }

    huge_buffer(huge_buffer&& other) noexcept { swap(other); }

    huge_buffer& operator=(huge_buffer&& other) noexcept {
        swap(other);
        return *this;
    }

    ~huge_buffer() {
        if (base_ != nullptr) { ::munmap(base_, reserved_); }
    }

    [[nodiscard]] std::span<std::byte> bytes() noexcept { return {first_, size_}; }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {first_, size_}; }

  private:
    void swap(huge_buffer& other) noexcept {
        std::swap(base_, other.base_);
        std::swap(first_, other.first_);
        std::swap(size_, other.size_);
        std::swap(reserved_, other.reserved_);
    }

    std::byte* base_ = nullptr;
    std::byte* first_ = nullptr;
    std::size_t size_ = 0;
    std::size_t reserved_ = 0;
};

}  // namespace gradus_bench

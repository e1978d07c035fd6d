// SPDX-License-Identifier: MIT
// Bytes on a 64-byte boundary, exactly as many as asked for.
#pragma once

#include <gradus/core/types.hpp>

#include <cstring>
#include <new>
#include <span>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace gradus {
inline namespace GRADUS_ISA {

/// Owns `size()` bytes, zeroed unless told otherwise, aligned for every vector width. Copies are
/// deep.
class aligned_buffer {
  public:
    static constexpr index_t alignment = 64;

    aligned_buffer() = default;

    explicit aligned_buffer(index_t size) : aligned_buffer{size, unwritten} {
        if (size != 0) { std::memset(data_, 0, size); }
    }

    struct unwritten_t {};

    /// For whoever writes every byte.
    static constexpr unwritten_t unwritten = {};

    aligned_buffer(index_t size, unwritten_t) : data_{allocate(size)}, size_{size} {}

    aligned_buffer(const aligned_buffer& other) : aligned_buffer{other.size_, unwritten} {
        if (size_ != 0) { std::memcpy(data_, other.data_, size_); }
    }

    aligned_buffer(aligned_buffer&& other) noexcept
        : data_{std::exchange(other.data_, nullptr)}, size_{std::exchange(other.size_, 0)} {}

    aligned_buffer& operator=(aligned_buffer other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }

    ~aligned_buffer() { ::operator delete(data_, alignment_of(size_)); }

    [[nodiscard]] index_t size() const noexcept { return size_; }

    [[nodiscard]] std::span<std::byte> bytes() noexcept { return {data_, size_}; }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

  private:
    static constexpr index_t huge_page = index_t{1} << 21;

    [[nodiscard]] static std::align_val_t alignment_of(index_t size) {
        return std::align_val_t{size >= 2 * huge_page ? huge_page : alignment};
    }

    /// Large buffers lie on huge pages where the system has them: the first touch of 4 KiB costs
    /// as much as quantizing them does, and products of packed weights miss fewer translations.
    [[nodiscard]] static std::byte* allocate(index_t size) {
        if (size == 0) { return nullptr; }
        void* data = ::operator new(size, alignment_of(size));
#if defined(MADV_HUGEPAGE)
        if (size >= 2 * huge_page) { static_cast<void>(::madvise(data, size, MADV_HUGEPAGE)); }
#endif
        return static_cast<std::byte*>(data);
    }

    std::byte* data_ = nullptr;
    index_t size_ = 0;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

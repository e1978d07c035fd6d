// SPDX-License-Identifier: MIT
// A whole file as read-only memory (POSIX mmap): nothing is read before it is touched.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/file_error.hpp>

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <span>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// Owns the mapping of one regular, non-empty file. Moving it keeps the bytes where they are.
///
/// Rules:  the file must not be shortened while it is open: touching the missing pages would end
///         the program (SIGBUS). Replacing it by rename, as our writers do, is safe.
/// Errors: a missing or unreadable file, a directory or device, an empty file.
class mapped_file {
  public:
    [[nodiscard]] static result<mapped_file> open(std::string path) {
        if (path.find('\0') != std::string::npos) {
            return file_error(errc::invalid_argument, quote_name(path), "path contains a NUL byte");
        }
        // O_NONBLOCK: opening a FIFO must fail below, not wait for a writer.
        const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (handle < 0) { return system_error_of(path, "cannot open file", errno); }
        result<mapped_file> mapped = map(handle, std::move(path));
        ::close(handle);
        return mapped;
    }

    mapped_file(mapped_file&& other) noexcept
        : path_{std::move(other.path_)},
          data_{std::exchange(other.data_, nullptr)},
          size_{std::exchange(other.size_, 0)} {}

    mapped_file& operator=(mapped_file&& other) noexcept {
        std::swap(path_, other.path_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }

    ~mapped_file() {
        if (data_ != nullptr) { ::munmap(data_, size_); }
    }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return {static_cast<const std::byte*>(data_), size_};
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    mapped_file(std::string path, void* data, index_t size)
        : path_{std::move(path)}, data_{data}, size_{size} {}

    [[nodiscard]] static result<mapped_file> map(int handle, std::string path) {
        struct ::stat facts = {};
        if (::fstat(handle, &facts) != 0) {
            return system_error_of(path, "cannot inspect file", errno);
        }
        if (S_ISDIR(facts.st_mode)) {
            return file_error(errc::io, path, "is a directory (expected a file)");
        }
        if (!S_ISREG(facts.st_mode)) {
            return file_error(errc::io, path, "is a device or pipe (expected a regular file)");
        }
        if (facts.st_size <= 0) {
            return file_error(errc::malformed, path, "file is empty. Interrupted download?");
        }
        const auto size = static_cast<index_t>(facts.st_size);
        void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, handle, 0);
        // NOLINTNEXTLINE(performance-no-int-to-ptr): MAP_FAILED is the system's macro.
        if (data == MAP_FAILED) { return system_error_of(path, "cannot map file", errno); }
        return mapped_file{std::move(path), data, size};
    }

    std::string path_;
    void* data_ = nullptr;
    index_t size_ = 0;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

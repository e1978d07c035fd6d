// SPDX-License-Identifier: MIT
// A file that appears complete or not at all.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/file_error.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fcntl.h>
#include <span>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// Writes to a temporary file beside `path` and renames it by `commit`. Destroyed before that, it
/// removes the temporary and leaves whatever stood at `path` as it was.
///
/// Rules:  `path` names nothing, a regular file or a link (which is replaced, not followed).
class atomic_file {
  public:
    [[nodiscard]] static result<atomic_file> create(std::string path) {
        if (path.find('\0') != std::string::npos) {
            return file_error(errc::invalid_argument, quote_name(path), "path contains a NUL byte");
        }
        struct ::stat facts = {};
        if (::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
            return file_error(errc::invalid_argument, path,
                              "is a directory or device (expected a file)");
        }
        static std::atomic<unsigned> serial{0};
        constexpr int attempts = 100;  // left-overs of a dead process with our number
        for (int i = 0; i < attempts; ++i) {
            std::string temporary = path + ".partial-" + std::to_string(::getpid()) + "-" +
                                    std::to_string(serial.fetch_add(1));
            const int handle =
                ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            if (handle >= 0) { return atomic_file{std::move(path), std::move(temporary), handle}; }
            if (errno != EEXIST) { return system_error_of(temporary, "cannot create file", errno); }
        }
        return file_error(errc::io, path, "cannot create a temporary file beside it");
    }

    atomic_file(atomic_file&& other) noexcept
        : path_{std::move(other.path_)},
          temporary_{std::exchange(other.temporary_, {})},
          handle_{std::exchange(other.handle_, -1)} {}

    atomic_file& operator=(atomic_file&& other) noexcept {
        std::swap(path_, other.path_);
        std::swap(temporary_, other.temporary_);
        std::swap(handle_, other.handle_);
        return *this;
    }

    ~atomic_file() {
        if (handle_ >= 0) { ::close(handle_); }
        if (!temporary_.empty()) { ::unlink(temporary_.c_str()); }
    }

    [[nodiscard]] status append(std::span<const std::byte> bytes) {
        GRADUS_EXPECT(handle_ >= 0);
        constexpr index_t longest_write = index_t{1} << 30;  // some systems refuse 2^31
        while (!bytes.empty()) {
            const auto written =
                ::write(handle_, bytes.data(), std::min(bytes.size(), longest_write));
            if (written < 0 && errno == EINTR) { continue; }
            if (written < 0) { return system_error_of(path_, "cannot write file", errno); }
            bytes = bytes.subspan(static_cast<index_t>(written));
        }
        return done{};
    }

    /// Puts the file in its place: data first (fsync), then the name (rename), then the directory.
    [[nodiscard]] status commit() {
        GRADUS_EXPECT(handle_ >= 0);
        if (::fsync(handle_) != 0) { return system_error_of(path_, "cannot flush file", errno); }
        if (::close(std::exchange(handle_, -1)) != 0) {
            return system_error_of(path_, "cannot close file", errno);
        }
        if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
            return system_error_of(path_, "cannot rename the finished file", errno);
        }
        temporary_.clear();
        flush_directory();
        return done{};
    }

  private:
    atomic_file(std::string path, std::string temporary, int handle)
        : path_{std::move(path)}, temporary_{std::move(temporary)}, handle_{handle} {}

    /// Best effort: the file is complete whichever name survives a power cut.
    void flush_directory() const {
        const index_t slash = path_.rfind('/');
        const std::string directory =
            slash == std::string::npos ? std::string{"."} : path_.substr(0, slash + 1);
        const int handle = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (handle < 0) { return; }
        ::fsync(handle);
        ::close(handle);
    }

    std::string path_;
    std::string temporary_;  ///< empty once renamed
    int handle_ = -1;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

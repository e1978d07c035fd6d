// SPDX-License-Identifier: MIT
// Files that live as long as a test, bytes to put in them, and the errors they must cause.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::test {

/// An empty directory, removed with its contents at the end.
class scratch {
  public:
    scratch() {
        std::string pattern = (std::filesystem::temp_directory_path() / "gradus-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }

    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;

    ~scratch() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string operator/(std::string_view name) const {
        return path_ + "/" + std::string{name};
    }

    [[nodiscard]] const std::string& path() const { return path_; }

    /// Writes a file and returns its path.
    std::string put(std::string_view name, std::string_view content) const {
        const std::string path = *this / name;
        std::ofstream{path, std::ios::binary}.write(content.data(),
                                                    static_cast<std::streamsize>(content.size()));
        return path;
    }

    [[nodiscard]] index_t files() const {
        return static_cast<index_t>(std::distance(std::filesystem::directory_iterator{path_}, {}));
    }

  private:
    std::string path_;
};

inline std::string content_of(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

inline std::span<const std::byte> bytes_of_text(std::string_view text) {
    return std::as_bytes(std::span{text});
}

template <class T> std::span<const std::byte> bytes_of_values(const std::vector<T>& values) {
    return std::as_bytes(std::span{values});
}

/// `count` bytes of `value`, lowest first.
inline std::string little_endian(std::uint64_t value, unsigned count) {
    std::string text;
    for (unsigned i = 0; i < count; ++i, value >>= 8) {
        text += static_cast<char>(value & 0xff);
    }
    return text;
}

/// A safetensors file from its JSON text and `data_bytes` bytes 0, 1, 2, ...
inline std::string safetensors_text(std::string_view json, index_t data_bytes) {
    std::string text = little_endian(json.size(), 8);
    text += json;
    for (index_t i = 0; i < data_bytes; ++i) {
        text += static_cast<char>(i & 0xff);
    }
    return text;
}

/// A version 1.0 .npy file: this dictionary, padded to 64 bytes as NumPy does, then `data`.
inline std::string npy_text(std::string_view dictionary, std::string_view data) {
    std::string header{dictionary};
    while ((10 + header.size() + 1) % 64 != 0) {
        header += ' ';
    }
    header += '\n';
    return "\x93NUMPY\x01" + std::string(1, '\0') + little_endian(header.size(), 2) + header +
           std::string{data};
}

/// Whether `outcome` is the error `code` and its message holds every one of `words`.
template <class T>
bool fails(const result<T>& outcome, errc code, std::initializer_list<std::string_view> words) {
    if (outcome.has_value()) {
        MESSAGE("succeeded");
        return false;
    }
    bool good = outcome.error().code == code;
    for (const std::string_view word : words) {
        good = good && outcome.error().message.find(word) != std::string::npos;
    }
    if (!good) { MESSAGE(static_cast<int>(outcome.error().code), " ", outcome.error().message); }
    return good;
}

}  // namespace gradus::test

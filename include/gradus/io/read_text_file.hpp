// SPDX-License-Identifier: MIT
// A small text file as a string.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/file_error.hpp>
#include <gradus/io/mapped_file.hpp>

#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// The whole of a small text file; a larger one than `longest` bytes is an error.
[[nodiscard]] inline result<std::string> read_text_file(const std::string& path, index_t longest) {
    const result<mapped_file> file = mapped_file::open(path);
    if (!file) { return file.error(); }
    const auto bytes = file->bytes();
    if (bytes.size() > longest) {
        return file_error(errc::malformed, path, "file has ", bytes.size(), " bytes (the limit is ",
                          longest, ")");
    }
    return std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace GRADUS_ISA
}  // namespace gradus

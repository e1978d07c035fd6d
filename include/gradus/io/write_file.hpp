// SPDX-License-Identifier: MIT
// A whole file from memory, written so that readers see the old one or the new one.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/io/atomic_file.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// Replaces the file at `path` by `text`, atomically; a failure leaves the old one.
[[nodiscard]] inline status write_file(std::string path, std::string_view text) {
    result<atomic_file> file = atomic_file::create(std::move(path));
    if (!file) { return file.error(); }
    if (status written = file->append(std::as_bytes(std::span{text})); !written) { return written; }
    return file->commit();
}

}  // namespace GRADUS_ISA
}  // namespace gradus

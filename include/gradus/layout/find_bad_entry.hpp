// SPDX-License-Identifier: MIT
// Looking over a sparse matrix that came from somewhere else.
#pragma once

#include <gradus/layout/sparse_view.hpp>

#include <optional>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// The first rule of `sparse_f16_view` that a matrix breaks, as the end of a sentence; nothing
/// where kernels may run on it. Reads no entry that the lists do not have.
[[nodiscard]] inline std::optional<std::string> find_bad_entry(const sparse_f16_view& w) {
    if (!w.complete()) { return "has lists of other lengths than its shape and count. Truncated?"; }
    const auto at = [](const char* what, index_t number) {
        return std::string{what} + " " + std::to_string(number);
    };
    if (w.offset(0) != 0 || w.offset(w.rows) != w.count()) {
        return "has offsets that do not run from 0 to its " + at("count,", w.count());
    }
    for (index_t r = 0; r < w.rows; ++r) {
        const index_t first = w.offset(r);
        const index_t last = w.offset(r + 1);
        if (last < first || last > w.count()) { return at("has offsets that descend at row", r); }
        for (index_t k = first; k < last; ++k) {
            if (w.column(k) >= w.cols || (k > first && w.column(k) <= w.column(k - 1))) {
                return at("has columns that do not ascend below its width, at row", r);
            }
            if ((w.value(k).bits & 0x7c00u) == 0x7c00u) {
                return at("has a value that is not finite, at row", r);
            }
        }
    }
    return std::nullopt;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

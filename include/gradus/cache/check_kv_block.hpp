// SPDX-License-Identifier: MIT
// Reads a stored block of packed keys and values; trusts nothing.
#pragma once

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/core/result.hpp>
#include <gradus/kernels/kv_decode.hpp>
#include <gradus/layout/kv_block.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// Whether `count` f16 are finite.
[[nodiscard]] inline bool all_finite_f16(std::span<const std::byte> bytes, index_t count) {
    for (index_t i = 0; i < count; ++i) {
        if (!std::isfinite(load_f16(&bytes[2 * i]))) { return false; }
    }
    return true;
}

/// Whether positions ascend within their vector and values are finite; lower bits are in codes, and
/// a finite upper part is never infinite or NaN.
[[nodiscard]] inline bool sound_outliers(const kv_unit& unit, std::span<const std::byte> bytes) {
    for (index_t v = 0; v < unit.vectors(); ++v) {
        index_t least = 0;
        for (index_t o = 0; o < unit.outliers; ++o) {
            const kv_outlier outlier = kv_outlier_at(unit, bytes, v, o);
            if (outlier.position < least || outlier.position >= unit.vector_length()) {
                return false;
            }
            if (!std::isfinite(outlier.value(0, unit.width))) { return false; }
            least = outlier.position + 1;
        }
    }
    return true;
}

/// Whether every code pattern of the unit means a finite number.
[[nodiscard]] inline bool sound_kv_unit(const kv_unit& unit, std::span<const std::byte> bytes) {
    if (!unit.has_grid()) { return all_finite_f16(bytes, unit.lanes * unit.steps); }
    return all_finite_f16(bytes, unit.codes_at() / 2) && sound_outliers(unit, bytes);
}

/// Takes a block (width fields, then units) from the front of `bytes`.
/// Errors: malformed: a width that does not exist, too few bytes, scales, bases or values that are
///         not finite, positions of outliers that do not ascend.
[[nodiscard]] inline result<aligned_buffer>
read_kv_block(const kv_block_shape& shape, index_t tokens, std::span<const std::byte>& bytes) {
    const auto malformed = [](const char* problem) {
        return error{errc::malformed,
                     std::string{"block of a stored cache "} + problem + ". Damaged file?"};
    };
    const index_t fields = shape.field_bytes();
    if (bytes.size() < fields) { return malformed("ends early"); }
    const kv_block_view widths{&shape, tokens, bytes.first(fields)};
    index_t units = 0;
    for (index_t u = 0; u < shape.units(); ++u) {
        const int width = widths.width(u);
        if (!is_kv_width(width)) { return malformed("has a unit of unknown width"); }
        units += shape.unit(u, tokens, width).bytes();
    }
    if (shape.units() % 2 != 0 && (bytes[fields - 1] >> 4) != std::byte{0}) {
        return malformed("has a width too many");
    }
    if (bytes.size() - fields < units) { return malformed("ends early"); }
    aligned_buffer block{units + fields};
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(fields), units, block.bytes().begin());
    std::copy_n(bytes.begin(), fields, block.bytes().begin() + static_cast<std::ptrdiff_t>(units));
    bytes = bytes.subspan(fields + units);
    for (kv_unit_cursor at{{&shape, tokens, block.bytes()}}; !at.done(); at.next()) {
        if (!sound_kv_unit(at.unit(), at.bytes())) {
            return malformed("has numbers that are not finite, or outliers out of order");
        }
    }
    return block;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

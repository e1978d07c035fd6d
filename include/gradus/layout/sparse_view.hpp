// SPDX-License-Identifier: MIT
// A sparse list of f16 values that somebody else owns: the outliers of a matrix.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/half.hpp>

#include <bit>
#include <cstring>
#include <span>

namespace gradus {

static_assert(std::endian::native == std::endian::little, "stored words are little-endian");

/// Bytes of a stored column number: two where they suffice (up to 65,536 columns), else four.
[[nodiscard]] GRADUS_INLINE constexpr index_t column_number_bytes(index_t cols) {
    return cols <= 65536 ? 2 : 4;
}

/// A number of `width` (2 or 4) bytes, entry `i` of a list.
[[nodiscard]] GRADUS_INLINE index_t stored_number(const std::byte* list, index_t i, index_t width) {
    std::uint32_t number = 0;
    std::memcpy(&number, list + i * width, width);
    return number;
}

/// A matrix [rows, cols] that is zero but for a list of entries, in order of rows and, in a row, of
/// columns. Row r has the entries offset(r) <= k < offset(r + 1). Little-endian:
///
///     offsets   u32 [rows + 1], from 0 to the count
///     columns   u16 [count] where cols <= 65536, else u32; ascending in a row, none twice
///     values    f16 [count], finite
///
/// Bits:   32 (rows + 1) + count (16 + 16), or count (32 + 16) beyond 65,536 columns.
///
/// Kernels trust these rules: bytes from elsewhere go through `find_bad_entry` first.
struct sparse_f16_view {
    std::span<const std::byte> offsets;
    std::span<const std::byte> columns;
    std::span<const std::byte> values;
    index_t rows = 0;
    index_t cols = 0;

    [[nodiscard]] GRADUS_INLINE index_t count() const { return values.size() / 2; }

    /// Whether the lists are as long as shape and count ask for: what a reader must check.
    [[nodiscard]] GRADUS_INLINE bool complete() const {
        return values.size() % 2 == 0 && columns.size() == count() * column_number_bytes(cols) &&
               offsets.size() / 4 == rows + 1 && offsets.size() % 4 == 0;
    }

    [[nodiscard]] GRADUS_INLINE index_t offset(index_t row) const {
        return stored_number(offsets.data(), row, 4);
    }

    [[nodiscard]] GRADUS_INLINE index_t column(index_t entry) const {
        return stored_number(columns.data(), entry, column_number_bytes(cols));
    }

    [[nodiscard]] GRADUS_INLINE f16 value(index_t entry) const {
        return {static_cast<std::uint16_t>(stored_number(values.data(), entry, 2))};
    }

    /// Rows [first, first + number), with the entries where they are: offsets need not start at 0.
    [[nodiscard]] GRADUS_INLINE sparse_f16_view block(index_t first, index_t number) const {
        GRADUS_EXPECT(complete() && first <= rows && number <= rows - first);
        return {offsets.subspan(4 * first, 4 * (number + 1)), columns, values, number, cols};
    }

    /// Stored bits of a whole matrix.
    [[nodiscard]] GRADUS_INLINE index_t size_in_bits() const {
        return 8 * (offsets.size() + columns.size() + values.size());
    }
};

}  // namespace gradus

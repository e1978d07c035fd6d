// SPDX-License-Identifier: MIT
// A sparse list of f16 values that owns its bytes.
#pragma once

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/core/result.hpp>
#include <gradus/layout/sparse_view.hpp>

#include <span>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// One entry of a sparse matrix.
struct sparse_entry {
    index_t row;
    index_t column;
    float value;
};

/// Exactly the bytes of `sparse_f16_view`, each list on a 64-byte boundary.
class sparse_f16 {
  public:
    sparse_f16() : sparse_f16{0, 0, 0} {}

    /// The entries ascend by row and then by column. Values are rounded to f16 (ties to even): a
    /// solver that wants to absorb the rounding asks `f16::from(value).value()` first.
    /// Errors: entries out of order, twice, or outside the shape; values that f16 cannot hold;
    ///         2^32 entries, or columns beyond 2^32.
    // Not inline: with counts that it knows, g++ 12 at -O3 warns of stores that never happen.
    [[nodiscard, gnu::noinline]] static result<sparse_f16>
    of(index_t rows, index_t cols, std::span<const sparse_entry> entries) {
        constexpr index_t most = 0xffffffffu;
        if (entries.size() > most || cols > most + 1) {
            return error{errc::invalid_argument, "a sparse matrix of more than 2^32 columns or "
                                                 "entries (numbers have 32 bits)"};
        }
        sparse_f16 made{rows, cols, entries.size()};
        const index_t width = column_number_bytes(cols);
        index_t k = 0;
        for (index_t row = 0; row < rows; ++row) {
            for (; k < entries.size() && entries[k].row == row; ++k) {
                if (fault_of(rows, cols, entries, k) != nullptr) { break; }
                put(made.columns_, k, entries[k].column, width);
                put(made.values_, k, f16::from(entries[k].value).bits, 2);
            }
            put(made.offsets_, row + 1, k, 4);
        }
        if (k != entries.size()) {  // out of order, outside, or without a value
            const sparse_entry& e = entries[k];
            return error{errc::invalid_argument, "entry " + std::to_string(k) + " at row " +
                                                     std::to_string(e.row) + ", column " +
                                                     std::to_string(e.column) + " " +
                                                     fault_of(rows, cols, entries, k)};
        }
        return made;
    }

    [[nodiscard]] index_t rows() const noexcept { return rows_; }

    [[nodiscard]] index_t cols() const noexcept { return cols_; }

    [[nodiscard]] index_t count() const noexcept { return values_.size() / 2; }

    /// Valid while the matrix lives and stays where it is.
    [[nodiscard]] sparse_f16_view view() const& noexcept {
        return {offsets_.bytes(), columns_.bytes(), values_.bytes(), rows_, cols_};
    }

    sparse_f16_view view() && = delete;  // it would outlive its bytes

    /// Every stored bit; equal to what is allocated and to what a file holds, padding apart.
    [[nodiscard]] index_t size_in_bits() const noexcept { return view().size_in_bits(); }

  private:
    sparse_f16(index_t rows, index_t cols, index_t count)
        : offsets_{4 * (rows + 1)},
          columns_{count * column_number_bytes(cols)},
          values_{2 * count},
          rows_{rows},
          cols_{cols} {}

    [[nodiscard]] static const char*
    fault_of(index_t rows, index_t cols, std::span<const sparse_entry> entries, index_t k) {
        const sparse_entry& e = entries[k];
        if (e.row >= rows || e.column >= cols) { return "lies outside the matrix"; }
        if (k > 0 && (e.row < entries[k - 1].row ||
                      (e.row == entries[k - 1].row && e.column <= entries[k - 1].column))) {
            return "is out of order. Sort by row, then by column?";
        }
        const bool finite = (f16::from(e.value).bits & 0x7c00u) != 0x7c00u;
        return finite ? nullptr : "has a value that f16 cannot hold";
    }

    static void put(aligned_buffer& list, index_t i, index_t number, index_t width) {
        const auto word = static_cast<std::uint32_t>(number);
        std::memcpy(list.bytes().data() + i * width, &word, width);
    }

    aligned_buffer offsets_;
    aligned_buffer columns_;
    aligned_buffer values_;
    index_t rows_ = 0;
    index_t cols_ = 0;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

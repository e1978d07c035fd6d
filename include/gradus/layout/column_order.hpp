// SPDX-License-Identifier: MIT
// A permutation of the columns of a matrix, which its input goes through as well.
#pragma once

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/core/result.hpp>
#include <gradus/layout/sparse_view.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gradus {

/// Stored column i is column `source(i)` of the input: with W'[:, i] = W[:, source(i)] and
/// x'[i] = x[source(i)], W' x' = W x. One serves all matrices that read the same input.
/// Bytes: u16 [cols] where cols <= 65536, else u32; every column once.
struct column_order_view {
    std::span<const std::byte> sources;
    index_t cols = 0;

    [[nodiscard]] GRADUS_INLINE bool complete() const {
        return sources.size() == cols * column_number_bytes(cols);
    }

    [[nodiscard]] GRADUS_INLINE index_t source(index_t i) const {
        return stored_number(sources.data(), i, column_number_bytes(cols));
    }

    [[nodiscard]] GRADUS_INLINE index_t size_in_bits() const { return 8 * sources.size(); }
};

inline namespace GRADUS_ISA {

/// Why a list is no permutation, as the end of a sentence; nothing where it is one.
[[nodiscard]] inline std::optional<std::string> find_bad_source(const column_order_view& order) {
    if (!order.complete()) { return "is not as long as the matrix is wide. Truncated?"; }
    std::vector<bool> seen(order.cols);
    for (index_t i = 0; i < order.cols; ++i) {
        const index_t source = order.source(i);
        if (source >= order.cols || seen[source]) {
            return "does not name every column once (position " + std::to_string(i) + ")";
        }
        seen[source] = true;
    }
    return std::nullopt;
}

/// A permutation that owns its bytes.
class column_order {
  public:
    column_order() = default;

    /// Errors: `sources` is not a permutation of 0 ... size - 1; more than 2^32 columns.
    [[nodiscard]] static result<column_order> of(std::span<const index_t> sources) {
        constexpr index_t most = index_t{1} << 32;
        column_order made;
        made.cols_ = sources.size();
        const index_t width = column_number_bytes(sources.size());
        made.bytes_ = aligned_buffer{sources.size() * width};
        for (index_t i = 0; i < sources.size(); ++i) {
            if (sources[i] >= sources.size() || sources.size() > most) {
                return error{errc::invalid_argument, "column order names column " +
                                                         std::to_string(sources[i]) + " of " +
                                                         std::to_string(sources.size())};
            }
            const auto word = static_cast<std::uint32_t>(sources[i]);
            std::memcpy(made.bytes_.bytes().data() + i * width, &word, width);
        }
        if (const auto why = find_bad_source(made.view())) {
            return error{errc::invalid_argument, "column order " + *why};
        }
        return made;
    }

    [[nodiscard]] index_t cols() const noexcept { return cols_; }

    /// Valid while the order lives and stays where it is.
    [[nodiscard]] column_order_view view() const& noexcept { return {bytes_.bytes(), cols_}; }

    column_order_view view() && = delete;  // it would outlive its bytes

    /// Every stored bit; equal to what is allocated and to what a file holds, padding apart.
    [[nodiscard]] index_t size_in_bits() const noexcept { return 8 * bytes_.size(); }

  private:
    aligned_buffer bytes_;
    index_t cols_ = 0;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Dense, or survivors with a mask or n of m: whichever takes fewest bits.
#pragma once

#include <gradus/kernels/pack_sparse.hpp>
#include <gradus/layout/sparse_part.hpp>

#include <array>
#include <optional>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// How a matrix is stored, and in how many bits.
struct storage_choice {
    std::optional<survivor_pattern> pattern;  ///< nothing: dense
    index_t bits = 0;
};

/// The fewest of every `m` columns that hold all survivors; nothing where m does not divide the
/// columns.
template <layout_type L>
[[nodiscard]] std::optional<index_t>
most_survivors(const plain_survivors<L>& survivors, index_t rows, index_t cols, index_t m) {
    if (cols % m != 0) { return std::nullopt; }
    index_t most = 0;
    for (index_t r = 0; r < rows; ++r) {
        for (index_t c = 0; c < cols; c += m) {
            most = std::max(most, static_cast<index_t>(std::popcount(survivors.among(r, c, m))));
        }
    }
    return most;
}

/// The storage of least exact size; of equal ones dense, then a mask, then fours, then eights.
/// `plain` has what `check_plain_codes` asks for.
template <layout_type L>
[[nodiscard]] storage_choice choose_storage(const plain_codes_view& plain,
                                            const typename L::mapping_type& map,
                                            const typename L::grouping_type& groups) {
    const index_t rows = plain.codes.rows;
    const index_t cols = plain.codes.cols;
    storage_choice best{std::nullopt, dense_bits<L>(rows, cols, groups)};
    const auto zero = zero_code_of(map);
    if (!zero) { return best; }
    const plain_survivors<L> survivors{plain, groups.columns(cols), *zero};
    const index_t count = survivors.count();
    const auto offer = [&](const survivor_pattern& pattern) {
        if (!sparse_geometry<L>{rows, cols, groups, pattern}.fits()) { return; }
        const index_t bits = sparse_bits<L>(rows, cols, groups, pattern, count);
        if (bits < best.bits) { best = {pattern, bits}; }
    };
    offer(survivor_mask);
    for (const index_t m : std::array<index_t, 2>{4, 8}) {
        if (const auto n = most_survivors(survivors, rows, cols, m); n && *n > 0 && *n < m) {
            offer({*n, m});
        }
    }
    return best;
}

/// The matrix in the storage of least size, as a plain value. Errors: those of `pack_codes`; 2^32
/// survivors.
template <layout_type L>
[[nodiscard]] result<packed_part> pack_smallest(const plain_codes_view& plain,
                                                const typename L::mapping_type& map = {},
                                                const typename L::grouping_type& groups = {}) {
    if (status fits = check_plain_codes<L>(plain, map, groups); !fits) { return fits.error(); }
    const storage_choice best = choose_storage<L>(plain, map, groups);
    if (best.pattern) {
        auto packed = pack_sparse<L>(plain, map, groups, *best.pattern);
        if (!packed) { return packed.error(); }
        return part_of(std::move(packed).value());
    }
    auto packed = pack_codes<L>(plain, map, groups);
    if (!packed) { return packed.error(); }
    return part_of(std::move(packed).value());
}

}  // namespace GRADUS_ISA
}  // namespace gradus

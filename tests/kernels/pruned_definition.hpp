// SPDX-License-Identifier: MIT
// Random matrices with zeros, by the definitions of definition.hpp.
#pragma once

#include "definition.hpp"

#include <gradus/layout/plain_codes.hpp>
#include <gradus/layout/survivor_pattern.hpp>
#include <gradus/layout/zero_code.hpp>

namespace gradus::test {

/// The code of zero at a place.
template <class L> code_t zero_at(const definition<L>& d, index_t r, index_t c) {
    return zero_code_in<typename L::mapping_type>(d.grid(r, c / d.group()),
                                                  zero_code_of(d.map).value());
}

template <class L> index_t survivors_of(const definition<L>& d) {
    index_t count = 0;
    for (index_t i = 0; i < d.codes.size(); ++i) {
        count += d.codes[i] != zero_at(d, i / d.cols, i % d.cols) ? 1u : 0u;
    }
    return count;
}

/// A level of every codebook is zero.
template <class M> void make_zero_exact(M& map) {
    if constexpr (trainable_mapping<M>) {
        map.levels[map.levels.size() / 2] = 0.0f;
        for (index_t i = 0; i < map.levels.size(); ++i) {
            float& level = map.levels[i];
            const float size = magnitude(level);
            level = i < map.levels.size() / 2 ? -size : size;
        }
        std::sort(map.levels.begin(), map.levels.end());
    }
}

/// About `percent` of the codes survive; with n of m, at most n of every m columns.
template <class L>
definition<L> pruned_definition(index_t rows,
                                index_t cols,
                                typename L::grouping_type by,
                                const survivor_pattern& pattern,
                                index_t percent) {
    definition<L> d = random_definition<L>(rows, cols, by);
    make_zero_exact(d.map);
    const auto key = random_key::of(seed(), 0x7au, rows * cols);
    for (index_t r = 0; r < rows; ++r) {
        index_t alive = 0;
        for (index_t c = 0; c < cols; ++c) {
            if (c % pattern.m == 0) { alive = 0; }
            code_t& code = d.codes[r * cols + c];
            const code_t zero = zero_at(d, r, c);
            const bool dies = key.below(100, r * cols + c) >= percent ||
                              (!pattern.is_mask() && alive == pattern.n);
            if (dies) { code = zero; }
            alive += code != zero ? 1u : 0u;
        }
    }
    return d;
}

/// Codes, grids and row words of a definition, as `pack_sparse` takes them.
template <class L> plain_codes plain_of(const definition<L>& d) {
    plain_codes plain;
    plain.rows = d.rows;
    plain.cols = d.cols;
    plain.grid_rows = d.one_grid ? 1 : d.rows;
    plain.grid_cols = d.one_grid ? 1 : d.groups();
    plain.codes = d.codes;
    for (const auto& grid : d.grids) {
        plain.scales.push_back(grid.scale);
        if constexpr (has_zero_point<typename L::mapping_type>) {
            plain.zeros.push_back(grid.zero);
        }
    }
    if (L::scale_type::row_bits != 0) { plain.row_words = d.words; }
    return plain;
}

}  // namespace gradus::test

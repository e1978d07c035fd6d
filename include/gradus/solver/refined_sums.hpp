// SPDX-License-Identifier: MIT
// What all other columns do to a few, where none is finished for good.
#pragma once

#include <gradus/solver/obs_state.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// V_ij = H_ij / H_jj of eight columns j from `first` on to `to`, [n][8]; zero where i = j.
template <class T> void pack_curvature(const obs_factor<T>& f, index_t first, T* to) {
    const index_t n = f.size;
    const index_t end = std::min(n, first + left_width);
    std::fill_n(to, n * left_width, T(0));
    T inverse[left_width];
    for (index_t j = first; j < end; ++j) {
        inverse[j - first] = f.root[j] / f.stiffness(j);
    }
    for (index_t k = 0; k < end; ++k) {  // C lies above the diagonal
        const T* const row = f.values.data() + k * n;
        for (index_t j = std::max(first, k + 1); j < end; ++j) {
            to[k * left_width + j - first] = row[j] * f.root[k] * inverse[j - first];
        }
    }
    for (index_t j = first; j < end; ++j) {
        const T* const row = f.values.data() + j * n;
        for (index_t k = j + 1; k < n; ++k) {
            to[k * left_width + j - first] = row[k] * f.root[k] * inverse[j - first];
        }
    }
}

/// Sums over all columns outside of a block, for those in it: the bulk of a sweep's work.
template <class T, executor E>
void begin_refined(obs_state<T>& s, const planned_block& block, E& threads) {
    const index_t n = s.weights.cols;
    s.wide_end = block.end;
    const index_t strip_count = (block.end - block.first + left_width - 1) / left_width;
    threads.for_each(strip_count, [&](index_t i) {
        pack_curvature(s.factor, block.first + i * left_width, s.influence.strip(i));
    });
    for_panels(s, threads, [&](index_t top, index_t end) {
        for (index_t p = top; p < end; ++p) {
            std::fill_n(s.sums.strip(p), s.sums.sums() * panel_rows, T(0));
        }
        for (index_t k = block.first == 0 ? block.end : 0; k < n;) {
            const index_t stop = std::min(k < block.first ? block.first : n, k + sum_chunk);
            for (index_t p = top; p < end; ++p) {
                add_influence(s, p, 0, strip_count * left_width, k, stop, s.sums.strip(p));
            }
            k = stop == block.first ? block.end : stop;
        }
    });
}

/// to[count][32]: sums over all other columns, as they are now, of steps [at, at + count).
template <class T>
void gather_sums(const obs_state<T>& s,
                 index_t panel,
                 const planned_block& block,
                 index_t at,
                 index_t count,
                 T* to) {
    const index_t inner = at - block.first;
    std::copy_n(s.sums.strip(panel) + inner * panel_rows,
                (count + left_width - 1) / left_width * left_width * panel_rows, to);
    add_influence(s, panel, inner, count, block.first, block.end, to);
}

}  // namespace GRADUS_ISA
}  // namespace gradus

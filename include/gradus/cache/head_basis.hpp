// SPDX-License-Identifier: MIT
// A fixed change of coordinates for the keys or values of one head, undone on the other side.
#pragma once

#include <gradus/core/half.hpp>
#include <gradus/core/matrix_view.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

namespace gradus {

/// Stored channel i is channel order[i], less its shift:   y[i] = x[order[i]] - shift[order[i]].
///
/// Keys need no way back. A vector that is the same in all keys of a head adds q shift to all
/// scores alike, which softmax does not see, and scores do not depend on the order of channels if
/// queries take the same order. Values: attention sums to 1, so the shift is added to its result.
struct head_basis {
    std::vector<float> shift;          ///< [width], each a value of f16
    std::vector<std::uint16_t> order;  ///< [width], a permutation
};

inline namespace GRADUS_ISA {

/// Channels as they are.
[[nodiscard]] inline head_basis plain_basis(index_t width) {
    head_basis basis{std::vector<float>(width, 0.0f), std::vector<std::uint16_t>(width)};
    std::iota(basis.order.begin(), basis.order.end(), std::uint16_t{0});
    return basis;
}

/// What has to be stored beside a head, once: 0 for what changes nothing.
[[nodiscard]] inline index_t basis_bits(const head_basis& basis) {
    const index_t width = basis.order.size();
    index_t field = 0;
    while ((index_t{1} << field) < width) {
        ++field;
    }
    const bool moves = !std::is_sorted(basis.order.begin(), basis.order.end());
    const bool shifts =
        std::any_of(basis.shift.begin(), basis.shift.end(), [](float x) { return x != 0.0f; });
    return (moves ? width * field : 0) + (shifts ? width * 16 : 0);
}

/// y may not alias x. Without `shifted` only the order changes (queries).
inline void
to_basis(const head_basis& basis, std::span<const float> x, bool shifted, std::span<float> y) {
    for (index_t i = 0; i < y.size(); ++i) {
        const index_t from = basis.order[i];
        y[i] = shifted ? x[from] - basis.shift[from] : x[from];
    }
}

/// The inverse of to_basis with its shift.
inline void from_basis(const head_basis& basis, std::span<const float> y, std::span<float> x) {
    for (index_t i = 0; i < y.size(); ++i) {
        const index_t to = basis.order[i];
        x[to] = y[i] + basis.shift[to];
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus

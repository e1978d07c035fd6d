// SPDX-License-Identifier: MIT
// A layout: everything that fixes stored bytes, and nothing of how codes were chosen.
#pragma once

#include <gradus/concepts/grouping.hpp>
#include <gradus/concepts/mapping.hpp>
#include <gradus/concepts/packing.hpp>
#include <gradus/concepts/scale_format.hpp>

namespace gradus {

/// To whom a trained codebook belongs.
enum class codebook_scope {
    none,    ///< the mapping has no stored codebook
    matrix,  ///< one for the whole matrix
};

/// Mapping, grouping, scale format, packing, and the rows of a tile (32, or 1 for row packing).
template <class L>
concept layout_type =
    mapping<typename L::mapping_type> && grouping<typename L::grouping_type> &&
    scale_format<typename L::scale_type> && packing<typename L::packing_type> && requires {
        requires(L::mapping_type::codes <= L::packing_type::codes);
        requires(L::mapping_type::bits == L::packing_type::bits);  // no stray code reaches a table
        requires(L::tile_rows >= 1 && L::tile_rows <= 32);
        { L::codebook } -> std::convertible_to<codebook_scope>;
    };

}  // namespace gradus

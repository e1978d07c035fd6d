// SPDX-License-Identifier: MIT
// The order of the codes inside a block.
#pragma once

#include <gradus/core/types.hpp>

namespace gradus {

/// Codes of a block of `height` rows by `columns` columns go by 4 columns (a "quad"), in it by row,
/// in that by column: 64 consecutive codes of a tile of 32 rows are 16 rows by 4 columns. The last
/// quad of a block may be narrower.
[[nodiscard]] GRADUS_INLINE constexpr index_t
code_position(index_t row, index_t column, index_t height, index_t columns) {
    const index_t quad = column / 4;
    const index_t width = columns - 4 * quad < 4 ? columns - 4 * quad : 4;
    return height * 4 * quad + row * width + column % 4;
}

}  // namespace gradus

// SPDX-License-Identifier: MIT
// Codes of a full tile's group as rows: where the definition of the order has them.
#include "definition.hpp"

#include <gradus/kernels/unpack_rows.hpp>
#include <gradus/layout/code_order.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace gradus;

namespace {

/// Codes that differ after packing `columns` columns block by block and unpacking them as rows;
/// those behind the last column must be 0.
template <class L> index_t faults_of(index_t columns) {
    using P = typename L::packing_type;
    const auto key = random_key::of(test::seed(), 0x726f7773u, columns);
    std::vector<code_t> codes(L::tile_rows * columns);
    for (index_t i = 0; i < codes.size(); ++i) {
        codes[i] = static_cast<code_t>(key.below(std::uint32_t{P::codes}, i));
    }
    std::vector<std::byte> bytes(geometry<L>::code_bytes(L::tile_rows, columns));
    std::byte* to = bytes.data();
    for (index_t done = 0; done < columns; done += L::block_cols) {
        const index_t width = std::min(index_t{L::block_cols}, columns - done);
        std::vector<code_t> block(L::tile_rows * width);
        for (index_t r = 0; r < L::tile_rows; ++r) {
            for (index_t c = 0; c < width; ++c) {
                block[code_position(r, c, L::tile_rows, width)] = codes[r * columns + done + c];
            }
        }
        P::pack(block, {to, P::bytes(block.size())});
        to += P::bytes(block.size());
    }
    std::vector<code_t> rows((columns + 15) / 16 * strip_codes, code_t{255});
    unpack_rows<L>(bytes.data(), columns, rows.data());
    index_t faults = 0;
    for (index_t r = 0; r < L::tile_rows; ++r) {
        for (index_t c = 0; c < (columns + 15) / 16 * 16; ++c) {
            const code_t found = rows[c / 16 * strip_codes + row_in_strip(r) + c % 16];
            faults += found == (c < columns ? codes[r * columns + c] : code_t{0}) ? 0u : 1u;
        }
    }
    return faults;
}

}  // namespace

TEST_CASE_TEMPLATE("rows of every packing and every number of columns",
                   M,
                   uniform_symmetric<1>,
                   uniform_symmetric<2>,
                   uniform_symmetric<3>,
                   uniform_symmetric<4>,
                   uniform_symmetric<5>,
                   uniform_symmetric<6>,
                   uniform_symmetric<7>,
                   uniform_symmetric<8>,
                   ternary) {
    INFO("GRADUS_SEED=", test::seed());
    using L = layout<M, group<>>;
    static_assert(unpacked_by_rows<L>);
    for (index_t columns = 1; columns <= 256; columns += columns < 90 ? 1 : 7) {
        CHECK(faults_of<L>(columns) == 0);
    }
}

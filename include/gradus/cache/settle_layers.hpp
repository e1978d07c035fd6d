// SPDX-License-Identifier: MIT
// Packs the waiting tokens of all layers of a sequence, with widths chosen across layers.
#pragma once

#include <gradus/cache/packed_cache.hpp>

#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// For caches of one shape whose options say `hold`, all of the same length. The chooser sees a
/// block of all layers at once, so that units may span layers, and is called once for each block
/// (and with `pack_tail` once for the tail). To be called after at most `hold` appended tokens.
template <class Cache, bit_chooser Chooser>
void settle_layers(std::span<Cache> layers, Chooser& chooser) {
    if (layers.empty()) { return; }
    std::vector<kv_block_values> values;
    std::vector<std::uint8_t> widths(layers.size() * layers[0].shape().units());
    const matrix_view<std::uint8_t> table{widths.data(), layers.size(), layers[0].shape().units()};
    const auto pack = [&](index_t count) {
        values.clear();
        for (Cache& cache : layers) {
            values.push_back(cache.oldest(count));
        }
        chooser(std::span<const kv_block_values>{values}, table);
        for (index_t l = 0; l < layers.size(); ++l) {
            layers[l].pack_oldest(count, table.row(l));
        }
    };
    for (Cache& cache : layers) {
        cache.drop_tail();
        GRADUS_EXPECT(cache.length() == layers[0].length());
        GRADUS_EXPECT(cache.waiting() == layers[0].waiting());
    }
    while (layers[0].packable()) {
        pack(layers[0].shape().tokens);
    }
    if (layers[0].options().pack_tail && layers[0].waiting() > 0) { pack(layers[0].waiting()); }
}

}  // namespace GRADUS_ISA
}  // namespace gradus

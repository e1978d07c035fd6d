// SPDX-License-Identifier: MIT
// Packed matrices written and read by the text of layout/layout.hpp alone, one code at a time.
#pragma once

#include "seed.hpp"

#include <gradus/core/matrix_view.hpp>
#include <gradus/core/random.hpp>
#include <gradus/layout/code_order.hpp>
#include <gradus/layout/packed_view.hpp>
#include <gradus/layout/stored_mapping.hpp>
#include <gradus/range/minmax.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace gradus::test {

/// What a stream of layout L says: codes, grids and row words, unpacked.
template <class L> struct definition {
    using mapping_type = typename L::mapping_type;
    using params = typename mapping_type::params;
    static constexpr bool one_grid = L::grouping_type::spans_rows;

    index_t rows;
    index_t cols;
    typename L::grouping_type by;
    mapping_type map = {};
    std::vector<code_t> codes = std::vector<code_t>(rows * cols);
    std::vector<std::uint32_t> words = std::vector<std::uint32_t>(one_grid ? 1 : rows);
    std::vector<params> grids = std::vector<params>(one_grid ? 1 : rows * groups());

    [[nodiscard]] index_t group() const { return by.columns(cols); }

    [[nodiscard]] index_t groups() const { return cols == 0 ? 0 : (cols - 1) / group() + 1; }

    [[nodiscard]] params& grid(index_t r, index_t g) {
        return one_grid ? grids[0] : grids[r * groups() + g];
    }

    [[nodiscard]] params grid(index_t r, index_t g) const {
        return const_cast<definition*>(this)->grid(r, g);
    }

    [[nodiscard]] float value(index_t r, index_t c) const {
        return map.decode(codes[r * cols + c], grid(r, c / group()));
    }

    /// The stream, appended piece by piece.
    [[nodiscard]] std::vector<std::byte> bytes() const {
        std::vector<std::byte> out;
        if (one_grid) {
            put(out, words[0], L::scale_type::row_bits / 8);
            put_grids(out, 0, 1, 0);
        }
        for (index_t row = 0; row < rows; row += L::tile_rows) {
            const index_t height = std::min<index_t>(L::tile_rows, rows - row);
            for (index_t r = 0; !one_grid && r < height; ++r) {
                put(out, words[row + r], L::scale_type::row_bits / 8);
            }
            for (index_t first = 0; first < cols; first += group()) {
                if (!one_grid) { put_grids(out, row, height, first / group()); }
                const index_t last = std::min(first + group(), cols);
                for (index_t at = first; at < last; at += L::block_cols) {
                    put_block(out, row, height, at, std::min<index_t>(L::block_cols, last - at));
                }
            }
        }
        return out;
    }

  private:
    static void put(std::vector<std::byte>& out, std::uint32_t word, int bytes) {
        for (; bytes > 0; --bytes, word >>= 8) {
            out.push_back(static_cast<std::byte>(word & 255u));
        }
    }

    /// The scales of some rows, then their zero points as one stream of bits.
    void put_grids(std::vector<std::byte>& out, index_t row, index_t height, index_t g) const {
        for (index_t r = row; r < row + height; ++r) {
            const auto word = typename L::scale_type{}.encode(grid(r, g).scale, words[r]);
            put(out, word, L::scale_type::bits / 8);
        }
        if constexpr (has_zero_point<mapping_type>) {
            std::vector<unsigned> bits;
            for (index_t r = row; r < row + height; ++r) {
                for (int bit = 0; bit < mapping_type::bits; ++bit) {
                    bits.push_back((static_cast<unsigned>(grid(r, g).zero) >> bit) & 1u);
                }
            }
            bits.resize((bits.size() + 7) / 8 * 8);
            for (index_t i = 0; i < bits.size(); i += 8) {
                unsigned byte = 0;
                for (index_t bit = 0; bit < 8; ++bit) {
                    byte |= bits[i + bit] << bit;
                }
                put(out, byte, 1);
            }
        }
    }

    void put_block(std::vector<std::byte>& out,
                   index_t row,
                   index_t height,
                   index_t first,
                   index_t columns) const {
        std::vector<code_t> block(height * columns);
        for (index_t r = 0; r < height; ++r) {
            for (index_t c = 0; c < columns; ++c) {
                block[code_position(r, c, height, columns)] = codes[(row + r) * cols + first + c];
            }
        }
        std::vector<std::byte> packed(L::packing_type::bytes(block.size()));
        L::packing_type::pack(block, packed);
        out.insert(out.end(), packed.begin(), packed.end());
    }
};

/// Any codes, zero points and levels; scales of both signs up to 1, as their format stores them.
template <class L>
definition<L> random_definition(index_t rows,
                                index_t cols,
                                typename L::grouping_type by = {},
                                typename L::mapping_type map = {}) {
    const auto key = random_key::of(seed(), rows, cols);
    std::uint64_t draw = 0;
    const auto uniform = [&] { return static_cast<float>(2 * key.uniform(draw++) - 1); };
    definition<L> d{rows, cols, by, map};
    constexpr auto codes = static_cast<std::uint64_t>(L::mapping_type::codes);
    for (code_t& code : d.codes) {
        code = static_cast<code_t>(key.below(codes, draw++));
    }
    const typename L::scale_type format;
    for (std::uint32_t& word : d.words) {
        word = format.fit_row(1.0f + uniform() / 2);
    }
    for (index_t i = 0; i < d.grids.size(); ++i) {
        const auto word = d.words[i / (d.grids.size() / d.words.size())];
        d.grids[i].scale = format.decode(format.encode(uniform(), word), word);
        if constexpr (has_zero_point<typename L::mapping_type>) {
            d.grids[i].zero = static_cast<code_t>(key.below(codes, draw++));
        }
    }
    if constexpr (trainable_mapping<typename L::mapping_type>) {
        for (float& level : d.map.levels) {
            level = f16::from(uniform()).value();
        }
        std::sort(d.map.levels.begin(), d.map.levels.end());
    }
    return d;
}

/// Quantizing by definition: a grid from the range's own operator over the mapping with stored
/// scales, then one value after the other. `map` is trained already.
template <class L, class Range, class R>
definition<L> quantized_by_definition(weights_view w,
                                      const Range& range,
                                      const R& rounding,
                                      floats importance,
                                      typename L::grouping_type by,
                                      typename L::mapping_type map) {
    using stored = stored_mapping<typename L::mapping_type, typename L::scale_type>;
    definition<L> d{w.rows, w.cols, by, map};
    const auto word_of = [&](float largest) {
        return L::scale_type::row_bits == 0 ? 0u : typename L::scale_type{}.fit_row(largest);
    };
    if (d.one_grid) {
        std::vector<float> all;
        std::vector<float> weights;
        for (index_t r = 0; r < w.rows; ++r) {
            all.insert(all.end(), w.row(r).begin(), w.row(r).end());
            weights.insert(weights.end(), importance.begin(), importance.end());
        }
        d.words[0] = word_of(magnitude(map.fit(minmax::of(all)).scale));
        const stored grid{&d.map, d.words[0]};
        d.grids[0] = grid.fit(range(all, weights, grid));
    }
    for (index_t r = 0; r < w.rows; ++r) {
        const floats row = w.row(r);
        const auto part = [&](floats values, index_t g) {
            const index_t first = g * d.group();
            return values.empty() ? values
                                  : values.subspan(first, std::min(d.group(), w.cols - first));
        };
        if (!d.one_grid) {
            float largest = 0.0f;
            for (index_t g = 0; g < d.groups(); ++g) {
                largest = std::max(largest, magnitude(map.fit(minmax::of(part(row, g))).scale));
            }
            d.words[r] = word_of(largest);
            const stored grid{&d.map, d.words[r]};
            for (index_t g = 0; g < d.groups(); ++g) {
                d.grid(r, g) = grid.fit(range(part(row, g), part(importance, g), grid));
            }
        }
        auto state = rounding.start(r);
        for (index_t c = 0; c < w.cols; ++c) {
            const auto p = d.grid(r, c / d.group());
            const float v = state.adjust(row[c]);
            const bracket at = map.locate(v, p);
            const code_t code = state.choose(at);
            const float chosen = rounded(map.decode(code, p));
            const float below = rounded(map.decode(at.lower, p));
            const float above = rounded(map.decode(static_cast<code_t>(at.lower + 1), p));
            state.feed(v - chosen, magnitude(above - below));
            d.codes[r * w.cols + c] = code;
        }
    }
    return d;
}

/// How many bytes differ; a difference in length counts too.
inline index_t differences(std::span<const std::byte> a, std::span<const std::byte> b) {
    index_t count = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
    for (index_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        count += a[i] != b[i] ? 1u : 0u;
    }
    return count;
}

inline bool same_bits(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

}  // namespace gradus::test

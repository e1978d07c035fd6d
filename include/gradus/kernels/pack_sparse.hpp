// SPDX-License-Identifier: MIT
// From the plain order of codes to the bytes of a sparse matrix and back, exactly.
#pragma once

#include <gradus/kernels/pack_codes.hpp>
#include <gradus/kernels/sparse_decode.hpp>
#include <gradus/layout/sparse_matrix.hpp>
#include <gradus/layout/zero_code.hpp>

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Which codes of a plain matrix are not those of zero.
template <layout_type L> class plain_survivors {
    using M = typename L::mapping_type;

  public:
    /// `zero` is that of `zero_code_of`.
    plain_survivors(const plain_codes_view& plain, index_t group_cols, code_t zero)
        : plain_{plain}, group_cols_{group_cols}, zero_{zero} {}

    [[nodiscard]] bool survives(index_t row, index_t column) const {
        return plain_.codes(row, column) != zero_at(row, column);
    }

    [[nodiscard]] code_t zero_at(index_t row, index_t column) const {
        if constexpr (has_zero_point<M>) {
            if (L::grouping_type::spans_rows) { return plain_.zeros(0, 0); }
            return plain_.zeros(row, column / group_cols_);
        } else {
            return zero_;
        }
    }

    [[nodiscard]] index_t count() const {
        index_t count = 0;
        for (index_t r = 0; r < plain_.codes.rows; ++r) {
            for (index_t c = 0; c < plain_.codes.cols; ++c) {
                count += survives(r, c) ? 1u : 0u;
            }
        }
        return count;
    }

    /// The survivors among `m` <= 8 columns, bit c for column + c.
    [[nodiscard]] unsigned among(index_t row, index_t column, index_t m) const {
        unsigned bits = 0;
        for (index_t c = 0; c < m; ++c) {
            bits |= (survives(row, column + c) ? 1u : 0u) << c;
        }
        return bits;
    }

    /// The first m columns of a row of which more than n survive, as text.
    [[nodiscard]] std::optional<std::string> find_too_many(const survivor_pattern& p) const {
        for (index_t r = 0; r < plain_.codes.rows && !p.is_mask(); ++r) {
            for (index_t c = 0; c < plain_.codes.cols; c += p.m) {
                const auto found = std::popcount(among(r, c, p.m));
                if (static_cast<index_t>(found) <= p.n) { continue; }
                return std::to_string(found) + " survivors in the " + std::to_string(p.m) +
                       " columns at " + extents_text(r, c);
            }
        }
        return std::nullopt;
    }

  private:
    plain_codes_view plain_;
    index_t group_cols_;
    code_t zero_;
};

/// Writes index, ends and the codes of survivors, block after block.
template <layout_type L> class sparse_packer {
  public:
    sparse_packer(const plain_codes_view& plain,
                  const sparse_geometry<L>& where,
                  code_t zero,
                  std::byte* bytes)
        : codes_{plain.codes},
          where_{where},
          survivors_{plain, where.grids.group_cols, zero},
          bytes_{bytes} {}

    /// The codes of all survivors, in order.
    [[nodiscard]] std::vector<code_t> write() {
        index_t end = 0;
        const auto& grids = where_.grids;
        for (index_t t = 0; t < grids.tiles(); ++t) {
            for (index_t first = 0; first < grids.cols;) {
                const index_t group_end =
                    std::min((first / grids.group_cols + 1) * grids.group_cols, grids.cols);
                const index_t columns = std::min(index_t{L::block_cols}, group_end - first);
                write_block(t, first, columns);
                first += columns;
                const bool ends = first == grids.cols || where_.stretch_begin(first) == first;
                if (ends && where_.pattern.is_mask()) {
                    const auto count = static_cast<std::uint32_t>(kept_.size());
                    std::memcpy(bytes_ + where_.ends_offset() + 4 * end++, &count, 4);
                }
            }
        }
        return std::move(kept_);
    }

  private:
    void write_block(index_t tile, index_t first, index_t columns) {
        const index_t top = tile * L::tile_rows;
        const index_t height = where_.grids.tile_height(tile);
        const survivor_pattern& p = where_.pattern;
        std::byte* const index = bytes_ + where_.index_offset();
        index_t at = where_.index_bit(tile, first);
        unsigned kept[L::tile_rows] = {};  // of a row: bit c for column first + c
        for (index_t c = 0; c < columns && !p.is_mask(); c += p.m) {
            for (index_t r = 0; r < height; ++r, at += p.bits()) {
                const unsigned number = way_of(survivors_.among(top + r, first + c, p.m));
                put_stream_bits(index, at, p.bits(), number);
                kept[r] |= unsigned{places_of(p.n, number)} << c;
            }
        }
        for (index_t quad = 0; quad < columns; quad += 4) {
            for (index_t r = 0; r < height; ++r) {
                for (index_t c = quad; c < std::min(quad + 4, columns); ++c) {
                    bool keep = ((kept[r] >> c) & 1u) != 0;
                    if (p.is_mask()) {
                        keep = survivors_.survives(top + r, first + c);
                        put_stream_bits(index, at++, 1, keep ? 1u : 0u);
                    }
                    if (keep) { kept_.push_back(codes_(top + r, first + c)); }
                }
            }
        }
    }

    /// The first way whose places hold all of `survivors`.
    [[nodiscard]] unsigned way_of(unsigned survivors) const {
        unsigned number = 0;
        while ((survivors & ~unsigned{places_of(where_.pattern.n, number)}) != 0) {
            ++number;
        }
        return number;
    }

    matrix_view<const code_t> codes_;
    sparse_geometry<L> where_;
    plain_survivors<L> survivors_;
    std::byte* bytes_;
    std::vector<code_t> kept_;
};

/// The matrix whose codes, grids and levels are exactly those given; what has the code of zero is
/// not stored, as far as the pattern allows.
/// Errors: those of `check_plain_codes`; a mapping without a code for zero; a pattern whose m does
/// not divide columns, groups and blocks, or of whose m columns more than n survive; 2^32
/// survivors.
template <layout_type L>
[[nodiscard]] result<sparse_matrix<L>> pack_sparse(const plain_codes_view& plain,
                                                   const typename L::mapping_type& map,
                                                   const typename L::grouping_type& groups,
                                                   const survivor_pattern& pattern) {
    using P = typename L::packing_type;
    const auto refuse = [&](const std::string& why) {
        return error{errc::invalid_argument,
                     name_of_layout<L>(map, groups) + "_" + name_of_pattern(pattern) + ": " + why};
    };
    const auto grids = pack_codes<grids_of_layout<L>>(plain, map, groups);
    if (!grids) { return grids.error(); }
    const auto zero = zero_code_of(map);
    if (!zero) { return refuse("the mapping has no code for zero"); }
    const sparse_geometry<L> where{plain.codes.rows, plain.codes.cols, groups, pattern};
    if (!where.fits()) { return refuse("does not divide columns, groups and blocks"); }
    const plain_survivors<L> survivors{plain, where.grids.group_cols, *zero};
    if (auto why = survivors.find_too_many(pattern)) { return refuse(*why); }
    const index_t count = pattern.is_mask() ? survivors.count() : where.counted();
    if (count > 0xffffffffu) { return refuse("2^32 survivors or more (counts have 32 bits)"); }
    aligned_buffer bytes{where.total_bytes(count)};
    std::byte* to = bytes.bytes().data();
    std::copy(grids.value().bytes().begin(), grids.value().bytes().end(), to);
    const std::vector<code_t> kept = sparse_packer<L>{plain, where, *zero, to}.write();
    GRADUS_ASSERT(kept.size() == count);
    to += where.survivors_offset();
    for (index_t first = 0; first < count; first += P::block) {
        const index_t run = std::min(index_t{P::block}, count - first);
        block_codes<P>::pack({kept.data() + first, run}, {to, P::bytes(run)});
        to += P::bytes(run);
    }
    const sparse_matrix_view<L> view{{},   plain.codes.rows, plain.codes.cols, map, groups, pattern,
                                     *zero};
    return sparse_matrix<L>{std::move(bytes), view};
}

/// The inverse: every code, those of zero included. `pack_sparse` of it gives the same bytes.
template <layout_type L> [[nodiscard]] plain_codes unpack_codes(const sparse_matrix_view<L>& w) {
    plain_codes plain = unpack_codes(w.grids());
    for (index_t t = 0; t < w.shape().tiles(); ++t) {
        const index_t height = w.shape().tile_height(t);
        for_each_block(w, t, [&](const auto&, index_t first, index_t columns, const code_t* codes) {
            for (index_t r = 0; r < height; ++r) {
                code_t* row = plain.codes.data() + (t * L::tile_rows + r) * w.cols + first;
                for (index_t c = 0; c < columns; ++c) {
                    row[c] = codes[code_position(r, c, height, columns)];
                }
            }
        });
    }
    return plain;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

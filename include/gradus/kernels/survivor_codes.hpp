// SPDX-License-Identifier: MIT
// The survivors of one stretch, a byte each.
#pragma once

#include <gradus/kernels/plane_units.hpp>
#include <gradus/kernels/trit_units.hpp>
#include <gradus/kernels/unpack_units.hpp>
#include <gradus/layout/sparse_matrix_view.hpp>
#include <gradus/simd/read_ahead.hpp>

#include <type_traits>

namespace gradus {
inline namespace GRADUS_ISA {

/// Memory for them, on the caller's stack. A stretch at once: the stores are in the cache by the
/// time the expansion reads across them. (A run of 512 whenever fewer than 512 to 4096 were left,
/// so that unpacking and expansion overlap, took Zen 4 a third longer. A bit stream that is taken
/// apart in registers, by a permutation and shifts for every unit, takes the shuffles that the
/// expansion needs: 4.6 cycles a unit, as this does in the best case.)
template <layout_type L> class survivor_codes {
    using P = typename L::packing_type;
    using places = sparse_geometry<L>;

  public:
    /// Unpacks survivors [first, last) of those packed at `bytes`, of which there are `count`;
    /// returns where the first one is. What lies up to 64 bytes behind the last may be read.
    GRADUS_INLINE const code_t*
    unpack(const std::byte* bytes, index_t count, index_t first, index_t last) {
        if constexpr (std::is_same_v<P, bit_planes<8>>) {  // a byte each as they are
            if (count - last >= unpacking_room) {
                return static_cast<const code_t*>(static_cast<const void*>(bytes + first));
            }
        }
        constexpr index_t run_bytes = P::bytes(P::block);
        const simd::read_ahead ahead;
        const index_t skipped = first % P::block;
        const index_t begin = first - skipped;
        const std::byte* from = bytes + begin / P::block * run_bytes;
        code_t* to = codes_;
        for (index_t at = begin; at < last; at += P::block, from += run_bytes, to += P::block) {
            if (count - at < P::block) {
                unit_unpacker<P>::unpack(from, count - at, to);
                break;
            }
            ahead.of(from, run_bytes);
            unpack_run(from, to);
        }
        return codes_ + skipped;
    }

  private:
    /// A full run.
    GRADUS_INLINE static void unpack_run(const std::byte* from, code_t* to) {
        using units = block_units<P>;
        if constexpr (units::direct) {
            const units run{from};
            [&]<index_t... U>(std::integer_sequence<index_t, U...>) GRADUS_INLINE_LAMBDA {
                (simd::each_part([&](index_t p) GRADUS_INLINE_LAMBDA {
                     simd::store_bytes(to + 64 * U + simd::register_bytes * p,
                                       run.template unit<U, unit_form::exact>(p));
                 }),
                 ...);
            }(std::make_integer_sequence<index_t, units::units>{});
        } else {
            unit_unpacker<P>::unpack(from, P::block, to);
        }
    }

    alignas(64) code_t codes_[L::tile_rows * places::widest + 2 * P::block + unpacking_room];
};

}  // namespace GRADUS_ISA
}  // namespace gradus

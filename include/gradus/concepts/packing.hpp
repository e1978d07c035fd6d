// SPDX-License-Identifier: MIT
// A packing: codes to bytes and back, exactly.
#pragma once

#include <gradus/concepts/named.hpp>

#include <cstddef>

namespace gradus {

/// A packing knows only a sequence of codes; the layout decides their order.
///   bits              width of the codes it holds
///   codes             how many different codes it holds
///   block             codes after which its bytes start afresh, at least 16: the unit in which a
///                     kernel reads; the layout cuts groups into blocks of block / rows columns
///   bytes(n)          bytes for n codes; no padding beyond the last byte
///   pack, unpack      inverse of each other for codes below `codes`
template <class P>
concept packing = named<P> && requires(std::span<const code_t> codes,
                                       std::span<std::byte> bytes,
                                       std::span<const std::byte> stored,
                                       std::span<code_t> out,
                                       index_t n) {
    requires(1 <= P::bits && P::bits <= 8);
    requires(P::block >= 1);
    requires(P::codes <= (1 << P::bits));
    { P::bytes(n) } noexcept -> std::same_as<index_t>;
    { P::pack(codes, bytes) } noexcept;
    { P::unpack(stored, out) } noexcept;
};

}  // namespace gradus

// SPDX-License-Identifier: MIT
// A 64-bit checksum of bytes, as text.
#pragma once

#include <gradus/core/types.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// FNV-1a: finds damage, proves nothing against intent. State can be carried over several spans.
struct checksum {
    std::uint64_t state = 0xcbf29ce484222325u;

    void add(std::span<const std::byte> bytes) noexcept {
        for (const std::byte b : bytes) {
            state = (state ^ static_cast<std::uint64_t>(b)) * 0x100000001b3u;
        }
    }

    /// "fnv1a64:" and 16 hexadecimal digits.
    [[nodiscard]] std::string text() const {
        constexpr char digits[] = "0123456789abcdef";
        std::string hex = "fnv1a64:";
        for (int shift = 60; shift >= 0; shift -= 4) {
            hex += digits[(state >> shift) & 15u];
        }
        return hex;
    }

    [[nodiscard]] static std::string of(std::span<const std::byte> bytes) {
        checksum sum;
        sum.add(bytes);
        return sum.text();
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

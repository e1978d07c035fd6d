// SPDX-License-Identifier: MIT
// Names made at compile time: words, numbers and their concatenation.
#pragma once

#include <gradus/core/types.hpp>

#include <string_view>

namespace gradus {

/// A short text that can be composed in constant expressions; at most 95 characters.
struct label {
    char text[96] = {};
    unsigned length = 0;

    GRADUS_INLINE constexpr label() = default;

    GRADUS_INLINE constexpr label(std::string_view word) {
        append(word);
    }  // NOLINT(google-explicit-constructor)

    GRADUS_INLINE constexpr void append(std::string_view word) {
        for (const char c : word) {
            text[length++] = c;  // beyond the array: no constant expression, so no label
        }
    }

    [[nodiscard]] GRADUS_INLINE constexpr label operator+(std::string_view word) const {
        label longer = *this;
        longer.append(word);
        return longer;
    }

    [[nodiscard]] GRADUS_INLINE constexpr label operator+(unsigned number) const {
        char digits[10] = {};
        int count = 0;
        do {
            digits[count++] = static_cast<char>('0' + number % 10);
        } while ((number /= 10) != 0);
        label longer = *this;
        while (count > 0) {
            longer.text[longer.length++] = digits[--count];
        }
        return longer;
    }

    [[nodiscard]] GRADUS_INLINE constexpr std::string_view view() const { return {text, length}; }
};

}  // namespace gradus

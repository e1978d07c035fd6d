// SPDX-License-Identifier: MIT
// The one seed of all randomised tests.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace gradus::test {

/// Read from the environment variable GRADUS_SEED; 1 without it.
inline std::uint64_t seed() {
    const char* text = std::getenv("GRADUS_SEED");
    return text != nullptr && *text != '\0' ? std::strtoull(text, nullptr, 0) : 1;
}

}  // namespace gradus::test

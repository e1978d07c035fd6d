// SPDX-License-Identifier: MIT
// Keys and values kept as f16: half the bytes, and on most models the same tokens.
#pragma once

#include <gradus/cache/float_cache.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

using f16_cache = float_cache<f16>;

}  // namespace GRADUS_ISA
}  // namespace gradus

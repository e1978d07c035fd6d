// SPDX-License-Identifier: MIT
// Keys and values kept as floats: the exact cache that others are measured against.
#pragma once

#include <gradus/cache/float_cache.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

using f32_cache = float_cache<float>;

}  // namespace GRADUS_ISA
}  // namespace gradus

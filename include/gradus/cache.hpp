// SPDX-License-Identifier: MIT
// Caches of keys and values, for users; no header of the library includes this one.
#pragma once

#include <gradus/cache/f16_cache.hpp>
#include <gradus/cache/f32_cache.hpp>
#include <gradus/cache/kv_serial.hpp>
#include <gradus/cache/packed_cache.hpp>
#include <gradus/cache/settle_layers.hpp>

// SPDX-License-Identifier: MIT
// All that needs no library but xsimd, for users; no header of the library includes this one.
#pragma once

#include <gradus/allocation.hpp>
#include <gradus/cache.hpp>
#include <gradus/grouping.hpp>
#include <gradus/importance.hpp>
#include <gradus/kernels.hpp>
#include <gradus/layout.hpp>
#include <gradus/mapping.hpp>
#include <gradus/packing.hpp>
#include <gradus/quantize.hpp>
#include <gradus/range.hpp>
#include <gradus/rotation.hpp>
#include <gradus/rounding.hpp>
#include <gradus/scale.hpp>

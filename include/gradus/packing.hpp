// SPDX-License-Identifier: MIT
// Every packing, for users; no header of the library includes this one.
#pragma once

#include <gradus/packing/base3.hpp>
#include <gradus/packing/bit_planes.hpp>

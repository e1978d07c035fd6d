// SPDX-License-Identifier: MIT
// What kernels/kv_tile.hpp leaves to one source of a program.
#include <gradus/kernels/kv_tile.hpp>

// SPDX-License-Identifier: MIT
// Compiled once for each instruction set.
#include "kernels.hpp"

#include <gradus/kernels/export_tables.hpp>

namespace some {

GRADUS_EXPORT_KERNELS(kernels, codes, zeros, levels, trits);

}  // namespace some

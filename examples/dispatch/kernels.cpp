// SPDX-License-Identifier: MIT
// Compiled once for each instruction set; see gradus_add_isa_kernels in CMakeLists.txt.
#include "kernels.hpp"

#include <gradus/kernels/export_tables.hpp>

GRADUS_EXPORT_KERNELS(kernels, int4, nq3);

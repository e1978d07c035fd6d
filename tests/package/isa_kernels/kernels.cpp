// SPDX-License-Identifier: MIT
#include "kernels.hpp"

#include <gradus/kernels/export_tables.hpp>

namespace engine {

GRADUS_EXPORT_KERNELS(kernels, int4);

}  // namespace engine

// SPDX-License-Identifier: MIT
#pragma once

#include <gradus/kernels/table.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

namespace engine {

using int4 = gradus::layout<gradus::uniform_symmetric<4>, gradus::group<32>>;

extern const gradus::abi::kernel_list<int4> kernels;

}  // namespace engine

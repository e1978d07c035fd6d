// SPDX-License-Identifier: MIT
// The layouts that this program multiplies by, and the list of their kernels.
#pragma once

#include <gradus/kernels/table.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

using int4 = gradus::layout<gradus::uniform_symmetric<4>, gradus::group<32>>;
using nq3 = gradus::layout<gradus::normal_quantile<3>, gradus::group<64>>;

extern const gradus::abi::kernel_list<int4, nq3> kernels;

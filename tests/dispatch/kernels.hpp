// SPDX-License-Identifier: MIT
// Layouts of several families, for every instruction set.
#pragma once

#include <gradus/grouping/tensor.hpp>
#include <gradus/kernels/table.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/log8_scale.hpp>

namespace some {

using codes = gradus::layout<gradus::uniform_symmetric<4>, gradus::group<32>>;
using zeros = gradus::layout<gradus::uniform_asymmetric<7>, gradus::group<>, gradus::log8_scale>;
using levels = gradus::layout<gradus::adaptive_quantile<5>, gradus::group<>>;
using trits = gradus::layout<gradus::ternary, gradus::tensor>;

extern const gradus::abi::kernel_list<codes, zeros, levels, trits> kernels;

}  // namespace some

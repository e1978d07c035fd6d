// SPDX-License-Identifier: MIT
// The layouts that the library's own programs offer.
#pragma once

#include <gradus/layout/menu.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/shifted.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

namespace shipped {

template <mapping M, scale_format S = f16_scale> using grouped = layout<M, group<>, S>;

template <int B> using restricted = uniform_symmetric<B, code_range::restricted>;
template <int B> using equal_mass = normal_quantile<B, normal_placement::equal_mass>;
template <int B> using nf = normal_quantile<B, normal_placement::nf>;

}  // namespace shipped

/// Sixty layouts at most: each costs every kernel an instantiation. `group<>` entries take any
/// size.
using shipped_menu = menu<layout<uniform_symmetric<4>, group<32>>,
                          layout<uniform_symmetric<4>, group<64>>,
                          layout<uniform_symmetric<4>, group<128>>,
                          shipped::grouped<uniform_symmetric<2>>,
                          shipped::grouped<uniform_symmetric<3>>,
                          shipped::grouped<uniform_symmetric<4>>,
                          shipped::grouped<uniform_symmetric<5>>,
                          shipped::grouped<uniform_symmetric<6>>,
                          shipped::grouped<uniform_symmetric<7>>,
                          shipped::grouped<uniform_symmetric<8>>,
                          shipped::grouped<shipped::restricted<4>>,
                          shipped::grouped<shipped::restricted<8>>,
                          shipped::grouped<uniform_symmetric<4>, bf16_scale>,
                          shipped::grouped<uniform_symmetric<8>, f32_scale>,
                          shipped::grouped<uniform_symmetric<2>, log8_scale>,
                          shipped::grouped<uniform_symmetric<3>, log8_scale>,
                          shipped::grouped<uniform_symmetric<4>, log8_scale>,
                          shipped::grouped<uniform_symmetric<6>, log8_scale>,
                          shipped::grouped<uniform_symmetric<8>, log8_scale>,
                          shipped::grouped<shifted<uniform_symmetric<2>>>,
                          shipped::grouped<shifted<uniform_symmetric<3>>>,
                          shipped::grouped<shifted<uniform_symmetric<4>>>,
                          shipped::grouped<uniform_asymmetric<2>>,
                          shipped::grouped<uniform_asymmetric<3>>,
                          shipped::grouped<uniform_asymmetric<4>>,
                          shipped::grouped<uniform_asymmetric<5>>,
                          shipped::grouped<uniform_asymmetric<6>>,
                          shipped::grouped<uniform_asymmetric<7>>,
                          shipped::grouped<uniform_asymmetric<8>>,
                          shipped::grouped<uniform_asymmetric<4>, log8_scale>,
                          shipped::grouped<normal_quantile<2>>,
                          shipped::grouped<normal_quantile<3>>,
                          shipped::grouped<normal_quantile<4>>,
                          shipped::grouped<normal_quantile<6>>,
                          shipped::grouped<normal_quantile<8>>,
                          shipped::grouped<shipped::equal_mass<2>>,
                          shipped::grouped<shipped::equal_mass<3>>,
                          shipped::grouped<shipped::equal_mass<4>>,
                          shipped::grouped<shipped::nf<2>>,
                          shipped::grouped<shipped::nf<3>>,
                          shipped::grouped<shipped::nf<4>>,
                          shipped::grouped<shipped::nf<4>, log8_scale>,
                          shipped::grouped<adaptive_quantile<2>>,
                          shipped::grouped<adaptive_quantile<3>>,
                          shipped::grouped<adaptive_quantile<4>>,
                          shipped::grouped<adaptive_quantile<5>>,
                          shipped::grouped<adaptive_quantile<6>>,
                          shipped::grouped<adaptive_quantile<8>>,
                          shipped::grouped<adaptive_quantile<2>, log8_scale>,
                          shipped::grouped<adaptive_quantile<3>, log8_scale>,
                          shipped::grouped<adaptive_quantile<4>, log8_scale>,
                          shipped::grouped<adaptive_quantile<5>, log8_scale>,
                          shipped::grouped<binary>,
                          shipped::grouped<binary, log8_scale>,
                          shipped::grouped<ternary>,
                          shipped::grouped<ternary, log8_scale>,
                          layout<uniform_symmetric<4>, tensor>,
                          layout<uniform_symmetric<8>, tensor>,
                          layout<ternary, tensor>>;

static_assert(shipped_menu::size <= 60);

}  // namespace GRADUS_ISA
}  // namespace gradus

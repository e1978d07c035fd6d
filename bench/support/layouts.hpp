// SPDX-License-Identifier: MIT
// The layouts that stand for all: every mapping, the widths that differ in their packing.
#pragma once

#include <gradus/layout/layout.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

namespace gradus_bench {

template <gradus::mapping M> using g64 = gradus::layout<M, gradus::group<64>>;

/// Calls f.operator()<Layout>() for each.
template <class F> void for_each_layout(F&& f) {
    f.template operator()<g64<gradus::uniform_symmetric<8>>>();
    f.template operator()<g64<gradus::uniform_symmetric<4>>>();
    f.template operator()<g64<gradus::uniform_symmetric<3>>>();
    f.template operator()<g64<gradus::uniform_symmetric<2>>>();
    f.template operator()<g64<gradus::uniform_asymmetric<8>>>();
    f.template operator()<g64<gradus::uniform_asymmetric<6>>>();
    f.template operator()<g64<gradus::uniform_asymmetric<4>>>();
    f.template operator()<g64<gradus::normal_quantile<4>>>();
    f.template operator()<g64<gradus::adaptive_quantile<4>>>();
    f.template operator()<g64<gradus::ternary>>();
    f.template operator()<g64<gradus::binary>>();
}

}  // namespace gradus_bench

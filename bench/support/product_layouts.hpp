// SPDX-License-Identifier: MIT
// The layouts whose products are measured: every family, every width that packs in its own way, in
// groups of 32, of 128 and of whole rows, with f16 scales.
#pragma once

#include <gradus/core/config.hpp>
#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/group.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/binary.hpp>
#include <gradus/mapping/normal_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

namespace gradus_bench {

/// Calls f.operator()<Layout>() for each. Builds with contracts are not for timing: two layouts
/// show that the benchmarks compile.
template <class F> void for_each_product_layout(F&& f) {
#if GRADUS_CONTRACTS
    f.template operator()<gradus::layout<gradus::uniform_symmetric<4>, gradus::group<32>>>();
    f.template operator()<gradus::layout<gradus::normal_quantile<4>, gradus::channel>>();
#else
    const auto groupings = [&f]<class M>() {
        f.template operator()<gradus::layout<M, gradus::group<32>>>();
        f.template operator()<gradus::layout<M, gradus::group<128>>>();
        f.template operator()<gradus::layout<M, gradus::channel>>();
    };
    groupings.template operator()<gradus::binary>();
    groupings.template operator()<gradus::ternary>();
    const auto ternary_in_planes = [&f]<class G>() {
        f.template
        operator()<gradus::layout<gradus::ternary, G, gradus::f16_scale, gradus::bit_planes<2>>>();
    };
    ternary_in_planes.template operator()<gradus::group<32>>();
    ternary_in_planes.template operator()<gradus::group<128>>();
    groupings.template operator()<gradus::uniform_symmetric<2>>();
    groupings.template operator()<gradus::uniform_symmetric<3>>();
    groupings.template operator()<gradus::uniform_symmetric<4>>();
    groupings.template operator()<gradus::uniform_asymmetric<4>>();
    groupings.template operator()<gradus::normal_quantile<4>>();
    groupings.template operator()<gradus::adaptive_quantile<4>>();
    groupings.template operator()<gradus::uniform_symmetric<5>>();
    groupings.template operator()<gradus::uniform_symmetric<6>>();
    groupings.template operator()<gradus::uniform_symmetric<8>>();
#endif
}

}  // namespace gradus_bench

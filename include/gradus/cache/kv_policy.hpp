// SPDX-License-Identifier: MIT
// How the keys or the values of a cache are cut into units and how their grids are fitted.
#pragma once

#include <gradus/concepts/named.hpp>
#include <gradus/core/label.hpp>
#include <gradus/kernels/kv_fit.hpp>
#include <gradus/layout/kv_block.hpp>

namespace gradus {

/// Key and value policies of kv_cache.
///   cut()     vectors, centering, channels a unit, share of outliers
///   fit       how scales follow from values
template <class P>
concept kv_policy = named<P> && requires(const P p) {
    { p.cut() } noexcept -> std::same_as<kv_cut>;
    { p.fit } -> std::convertible_to<kv_fit>;
};

/// Whether the grid of a vector stores a base beside its scale.
enum class kv_base : std::uint8_t { offset, centered };

/// One scale for the tokens of a block in each channel: outlier channels cost the others nothing.
/// Source: Liu et al. 2024, arXiv:2402.02750 (keys).
template <kv_base Base = kv_base::offset> struct per_channel {
    static constexpr label name =
        label{"per_channel"} + (Base == kv_base::centered ? ":centered" : "");

    index_t group = 0;           ///< channels that share a width; 0: the head
    double outlier_share = 0.0;  ///< of the tokens of a block
    kv_fit fit = {};

    [[nodiscard]] GRADUS_INLINE constexpr kv_cut cut() const noexcept {
        return {kv_vectors::channel, Base == kv_base::centered, group, outlier_share};
    }
};

/// One scale for each token in each group of channels.
template <kv_base Base = kv_base::offset> struct per_token {
    static constexpr label name =
        label{"per_token"} + (Base == kv_base::centered ? ":centered" : "");

    index_t group = 0;           ///< channels that share a scale and a width; 0: the head
    double outlier_share = 0.0;  ///< of the channels of a group
    kv_fit fit = {};

    [[nodiscard]] GRADUS_INLINE constexpr kv_cut cut() const noexcept {
        return {kv_vectors::token, Base == kv_base::centered, group, outlier_share};
    }
};

/// Any of them, chosen while the program runs.
struct any_vectors {
    static constexpr std::string_view name = "any_vectors";

    kv_cut how = {};
    kv_fit fit = {};

    [[nodiscard]] GRADUS_INLINE constexpr kv_cut cut() const noexcept { return how; }
};

static_assert(kv_policy<per_channel<>> && kv_policy<per_token<kv_base::centered>>);
static_assert(kv_policy<any_vectors>);

}  // namespace gradus

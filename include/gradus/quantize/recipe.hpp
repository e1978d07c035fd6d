// SPDX-License-Identifier: MIT
// A recipe: a layout, and how the codes in it are chosen.
#pragma once

#include <gradus/concepts/range.hpp>
#include <gradus/concepts/rounding.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/range/minmax.hpp>
#include <gradus/rounding/nearest.hpp>

namespace gradus {

/// The layout alone fixes the stored bytes' meaning; range and rounding only pick among codes.
template <layout_type Layout, class Range = minmax, rounding Rounding = nearest>
    requires range_estimator<Range, typename Layout::mapping_type>
struct recipe {
    using layout = Layout;

    Range range = {};
    Rounding rounding = {};
    typename Layout::grouping_type groups = {};
    typename Layout::mapping_type map =
        {};  ///< knobs of the mapping: grid offset, codebook training

    /// Rounds of (scale search, codebook training) for mappings that train one.
    int training_rounds = 4;
};

}  // namespace gradus

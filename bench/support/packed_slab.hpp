// SPDX-License-Identifier: MIT
// The slab in each measured layout.
#pragma once

#include "sample.hpp"

#include <gradus/layout/packed_matrix.hpp>

namespace gradus_bench {

/// The slab in layout L by `minmax` and `nearest`, a codebook trained on it. Defined for the
/// measured layouts only, in packed_slab.cpp: quantizing is the larger part of compiling.
template <gradus::layout_type L> const gradus::packed_matrix<L>& packed_slab();

}  // namespace gradus_bench

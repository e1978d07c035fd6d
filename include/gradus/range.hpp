// SPDX-License-Identifier: MIT
// Every range estimator, for users; no header of the library includes this one.
#pragma once

#include <gradus/range/any_range.hpp>
#include <gradus/range/kl_divergence.hpp>
#include <gradus/range/minmax.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/range/percentile.hpp>

// SPDX-License-Identifier: MIT
// Everything about bit budgets, for users; no header of the library includes this one.
#pragma once

#include <gradus/allocation/budget_allocator.hpp>
#include <gradus/allocation/depth_first.hpp>
#include <gradus/allocation/exact_allocator.hpp>
#include <gradus/allocation/from_scores.hpp>
#include <gradus/allocation/guard_rails.hpp>
#include <gradus/allocation/legacy_quantile.hpp>
#include <gradus/allocation/option_list.hpp>
#include <gradus/allocation/pareto_front.hpp>
#include <gradus/allocation/quantile.hpp>
#include <gradus/allocation/score_options.hpp>
#include <gradus/allocation/share_threshold.hpp>
#include <gradus/allocation/target_average.hpp>
#include <gradus/allocation/threshold.hpp>
#include <gradus/allocation/water_filling.hpp>

// SPDX-License-Identifier: MIT
// Every importance criterion, for users; no header of the library includes this one.
#pragma once

#include <gradus/importance/activation_energy.hpp>
#include <gradus/importance/activation_variance.hpp>
#include <gradus/importance/curvature.hpp>
#include <gradus/importance/enhanced.hpp>
#include <gradus/importance/enhanced_legacy.hpp>
#include <gradus/importance/output_sensitivity.hpp>
#include <gradus/importance/redundancy.hpp>
#include <gradus/importance/score_channels.hpp>
#include <gradus/importance/score_spread.hpp>
#include <gradus/importance/weight_magnitude.hpp>

// SPDX-License-Identifier: MIT
// Every rounding, for users; no header of the library includes this one.
#pragma once

#include <gradus/rounding/error_diffusing.hpp>
#include <gradus/rounding/nearest.hpp>
#include <gradus/rounding/noisy.hpp>
#include <gradus/rounding/stochastic.hpp>

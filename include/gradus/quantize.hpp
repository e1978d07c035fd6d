// SPDX-License-Identifier: MIT
// Weights to packed matrices, for users; no header of the library includes this one.
#pragma once

#include <gradus/quantize/activation_limit.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/quantize/recipe.hpp>

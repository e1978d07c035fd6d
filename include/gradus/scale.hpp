// SPDX-License-Identifier: MIT
// Every scale format, for users; no header of the library includes this one.
#pragma once

#include <gradus/scale/f32_scale.hpp>
#include <gradus/scale/half_scale.hpp>
#include <gradus/scale/log8_scale.hpp>

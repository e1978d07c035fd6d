// SPDX-License-Identifier: MIT
// Every grouping, for users; no header of the library includes this one.
#pragma once

#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/group.hpp>
#include <gradus/grouping/tensor.hpp>
#include <gradus/grouping/variance_adaptive.hpp>

// SPDX-License-Identifier: MIT
// Everything about bit budgets, for users; no header of the library includes this one.
#pragma once

#include <gradus/allocation/budget_allocator.hpp>
#include <gradus/allocation/exact_allocator.hpp>

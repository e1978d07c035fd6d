// SPDX-License-Identifier: MIT
// Rotations, for users; no header of the library includes this one.
#pragma once

#include <gradus/rotation/hadamard.hpp>
#include <gradus/rotation/identity.hpp>
#include <gradus/rotation/randomized_hadamard.hpp>

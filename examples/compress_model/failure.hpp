// SPDX-License-Identifier: MIT
// How the program ends where something went wrong.
#pragma once

#include "options.hpp"

#include <gradus/core/result.hpp>

namespace compress_model {

/// Prints why, and returns the code.
int fail(exit_code code, const std::string& message);

/// The same with the code that belongs to the error.
int fail(const gradus::error& failure);

}  // namespace compress_model

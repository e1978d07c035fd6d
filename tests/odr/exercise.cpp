// SPDX-License-Identifier: MIT
// Compiled once for each instruction set; EXERCISE names the entry point.
#include "exercise.hpp"

#include <gradus/core/config.hpp>

#include <cstdint>

extern "C" std::uint64_t EXERCISE(const char** isa);

extern "C" std::uint64_t EXERCISE(const char** isa) {
    *isa = gradus::isa_name;
    return exercise::all();
}

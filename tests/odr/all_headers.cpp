// SPDX-License-Identifier: MIT
// Every header there is, in one translation unit.
#include <all_headers.hpp>

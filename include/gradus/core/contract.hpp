// SPDX-License-Identifier: MIT
// Contracts: programming errors stop the program where checks are on, and cost nothing elsewhere.
#pragma once

#include <gradus/core/config.hpp>

#include <cstdio>
#include <cstdlib>

namespace gradus {
inline namespace GRADUS_ISA {

[[noreturn]] inline void
contract_failed(const char* kind, const char* condition, const char* file, int line) {
    std::fprintf(stderr, "gradus: %s failed: %s (%s:%d)\n", kind, condition, file, line);
    std::abort();
}

}  // namespace GRADUS_ISA
}  // namespace gradus

#if GRADUS_CONTRACTS
#define GRADUS_CHECK_(kind, condition)                                                             \
    ((condition) ? static_cast<void>(0)                                                            \
                 : ::gradus::contract_failed(kind, #condition, __FILE__, __LINE__))
#else
#define GRADUS_CHECK_(kind, condition) static_cast<void>(0)
#endif

#define GRADUS_EXPECT(condition) GRADUS_CHECK_("precondition", condition)
#define GRADUS_ASSERT(condition) GRADUS_CHECK_("assertion", condition)
#define GRADUS_ENSURE(condition) GRADUS_CHECK_("postcondition", condition)

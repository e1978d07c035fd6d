// SPDX-License-Identifier: MIT
// Who runs independent pieces of work: the caller decides.
#pragma once

#include <gradus/core/types.hpp>

#include <concepts>
#include <utility>

namespace gradus {

/// `e.for_each(n, f)` calls f(0) ... f(n - 1), each once, in any order, and returns when all are
/// done. Work is cut by shape alone, so results do not depend on the number of workers.
template <class E>
concept executor = requires(E& e, index_t n, void (*f)(index_t)) { e.for_each(n, f); };

/// Runs everything in the calling thread, in order.
struct serial {
    template <class F> GRADUS_INLINE void for_each(index_t n, F&& f) const {
        for (index_t i = 0; i < n; ++i) {
            f(i);
        }
    }
};

static_assert(executor<serial>);
static_assert(executor<const serial>);

}  // namespace gradus

// SPDX-License-Identifier: MIT
// Threads come from the caller: OpenMP and TBB as executors, in a few lines each.
#include <gradus/core/random.hpp>
#include <gradus/core/thread_pool.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>

#include <algorithm>
#include <cstdio>
#include <vector>

#if defined(_OPENMP)
struct openmp_executor {
    template <class F> void for_each(gradus::index_t n, F&& f) const {
#pragma omp parallel for schedule(dynamic)
        for (gradus::index_t i = 0; i < n; ++i) {
            f(i);
        }
    }
};

static_assert(gradus::executor<const openmp_executor>);
#endif

#if defined(GRADUS_EXAMPLE_TBB)
#include <tbb/parallel_for.h>

struct tbb_executor {
    template <class F> void for_each(gradus::index_t n, F&& f) const {
        tbb::parallel_for(gradus::index_t{0}, n, [&](gradus::index_t i) { f(i); });
    }
};

static_assert(gradus::executor<const tbb_executor>);
#endif

int main() {
    const auto key = gradus::random_key::of(1);
    std::vector<float> values(256 * 512);
    for (gradus::index_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(key.uniform(i) - 0.5);
    }
    using int4 = gradus::layout<gradus::uniform_asymmetric<4>, gradus::group<64>>;
    const gradus::weights_view weights{values.data(), 256, 512};
    const gradus::recipe<int4, gradus::mse_search> how;

    const auto alone = gradus::quantize(weights, how);
    bool all_equal = true;
    const auto compare = [&](const char* name, auto&& threads) {
        const auto packed = gradus::quantize(weights, how, {}, threads);
        const bool equal = std::ranges::equal(packed.value().bytes(), alone.value().bytes());
        std::printf("%s: %s\n", name, equal ? "the same bytes" : "OTHER BYTES");
        all_equal = all_equal && equal;
    };
    compare("thread_pool", gradus::thread_pool{4});
#if defined(_OPENMP)
    compare("OpenMP", openmp_executor{});
#endif
#if defined(GRADUS_EXAMPLE_TBB)
    compare("TBB", tbb_executor{});
#endif
    return all_equal ? 0 : 1;
}

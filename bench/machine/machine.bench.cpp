// SPDX-License-Identifier: MIT
// The limits of the machine as benchmarks, so that they are measured between the others.
#include "../support/limits.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace {

using namespace gradus_bench;

/// The median and the best of some rounds of a few milliseconds.
void read(benchmark::State& state, memory where, std::size_t threads) {
    for (auto _ : state) {
        const read_limit::rates got = reading(where, threads).rounds(15);
        state.counters["bytes_per_second"] = got.median;
        state.counters["best"] = got.best;
    }
}

void store(benchmark::State& state) {
    for (auto _ : state) {
        state.counters["bytes_per_second"] = store_rate(arena().first(bytes_in_l2()), 2);
    }
}

template <class Operation> void multiply(benchmark::State& state) {
    for (auto _ : state) {
        state.counters["multiply_adds"] = products_a_second<Operation>(5);
    }
    state.SetLabel(Operation::instruction);
}

[[maybe_unused]] const bool registered = [] {
    for (const memory where : memories) {
        for (std::size_t threads = 1; threads <= std::min<std::size_t>(cores(), 2); ++threads) {
            const std::string name = std::string{"machine/read/"} + name_of(where) +
                                     "/threads:" + std::to_string(threads);
            benchmark::RegisterBenchmark(name.c_str(), read, where, threads)->Iterations(1);
        }
    }
    benchmark::RegisterBenchmark("machine/store/l2/threads:1", store)->Iterations(1);
    benchmark::RegisterBenchmark("machine/f32/threads:1", multiply<float_fma>)->Iterations(1);
    benchmark::RegisterBenchmark("machine/int8/threads:1", multiply<byte_dot>)->Iterations(1);
    return true;
}();

}  // namespace

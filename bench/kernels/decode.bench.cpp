// SPDX-License-Identifier: MIT
// Packed bytes to values by gradus::decode, and what copying the same values costs.
#include "../support/layouts.hpp"
#include "../support/weights.hpp"

#include <gradus/kernels/decode.hpp>
#include <gradus/quantize/quantize.hpp>

#include <benchmark/benchmark.h>

#include <cstring>

namespace {

template <gradus::layout_type L> void decode(benchmark::State& state) {
    const gradus::weights_view weights = gradus_bench::weights();
    const auto packed = gradus::quantize(weights, gradus::recipe<L>{});
    if (!packed) { return state.SkipWithError(packed.error().message.c_str()); }
    std::vector<float> values(weights.size());
    for (auto _ : state) {
        gradus::decode(packed.value().view(),
                       gradus::matrix_view<float>{values.data(), weights.rows, weights.cols});
        benchmark::DoNotOptimize(values.data());
        benchmark::ClobberMemory();
    }
    const auto rounds = static_cast<std::int64_t>(state.iterations());
    state.SetBytesProcessed(rounds * static_cast<std::int64_t>(gradus_bench::float_bytes));
    state.SetItemsProcessed(rounds * static_cast<std::int64_t>(weights.size()));
}

/// Copies `size` bytes; bytes per second counts each once, though it is read and written.
void copy(benchmark::State& state, gradus::index_t size) {
    const std::vector<float> from(size / sizeof(float), 1.0f);
    std::vector<float> to(from.size());
    for (auto _ : state) {
        std::memcpy(to.data(), from.data(), size);
        benchmark::DoNotOptimize(to.data());
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                            static_cast<std::int64_t>(size));
}

[[maybe_unused]] const bool registered = [] {
    benchmark::RegisterBenchmark(("memcpy" + gradus_bench::shape_name).c_str(), copy,
                                 gradus_bench::float_bytes)
        ->Unit(benchmark::kMillisecond);
    // Larger than any cache: the memory's own speed.
    benchmark::RegisterBenchmark("memcpy/512MiB", copy, gradus::index_t{512} << 20)
        ->Unit(benchmark::kMillisecond);
    gradus_bench::for_each_layout([]<class L>() {
        const std::string name = "decode/" + std::string{L::name.view()} + gradus_bench::shape_name;
        benchmark::RegisterBenchmark(name.c_str(), decode<L>)->Unit(benchmark::kMillisecond);
    });
    return true;
}();

}  // namespace

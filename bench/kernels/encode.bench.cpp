// SPDX-License-Identifier: MIT
// Values to packed bytes by gradus::quantize: scales, codes and packing, codebook training
// included.
#include "../support/layouts.hpp"
#include "../support/weights.hpp"

#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>

#include <benchmark/benchmark.h>

namespace {

template <gradus::layout_type L, class Range> void encode(benchmark::State& state) {
    const gradus::weights_view weights = gradus_bench::weights();
    for (auto _ : state) {
        const auto packed = gradus::quantize(weights, gradus::recipe<L, Range>{});
        if (!packed) { return state.SkipWithError(packed.error().message.c_str()); }
        benchmark::DoNotOptimize(packed.value().bytes().data());
    }
    const auto rounds = static_cast<std::int64_t>(state.iterations());
    state.SetBytesProcessed(rounds * static_cast<std::int64_t>(gradus_bench::float_bytes));
    state.SetItemsProcessed(rounds * static_cast<std::int64_t>(weights.size()));
}

template <gradus::layout_type L, class Range> void add() {
    const std::string name = "encode/" + std::string{L::name.view()} + "_" +
                             std::string{gradus::name_of<Range>()} + gradus_bench::shape_name;
    benchmark::RegisterBenchmark(name.c_str(), encode<L, Range>)->Unit(benchmark::kMillisecond);
}

[[maybe_unused]] const bool registered = [] {
    gradus_bench::for_each_layout([]<class L>() {
        add<L, gradus::minmax>();
        if constexpr (L::mapping_type::bits == 4) { add<L, gradus::mse_search>(); }
    });
    return true;
}();

}  // namespace

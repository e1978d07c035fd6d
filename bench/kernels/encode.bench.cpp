// SPDX-License-Identifier: MIT
// Values to packed bytes by gradus::quantize: scales, codes and packing, codebook training
// included.
#include "../support/layouts.hpp"
#include "../support/weights.hpp"

#include <gradus/grouping/channel.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>

#include <benchmark/benchmark.h>

#include <string>
#include <type_traits>

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
    if constexpr (std::is_same_v<Range, gradus::mse_search>) {
        const int tried = Range{}.template candidates<typename L::mapping_type>();
        state.SetLabel(std::to_string(tried) + " candidates");
    }
}

/// The same values four times side by side: more than caches hold.
inline gradus::weights_view wide_weights() {
    static const std::vector<float> made = [] {
        const gradus::weights_view narrow = gradus_bench::weights();
        std::vector<float> repeated;
        repeated.reserve(4 * narrow.size());
        for (gradus::index_t i = 0; i < 4 * narrow.rows; ++i) {
            const auto row = narrow.row(i / 4);
            repeated.insert(repeated.end(), row.begin(), row.end());
        }
        return repeated;
    }();
    return {made.data(), gradus_bench::rows, 4 * gradus_bench::cols};
}

/// From memory to bytes that are already there: no new pages in the time.
template <gradus::layout_type L> void encode_from_memory(benchmark::State& state) {
    const gradus::weights_view weights = wide_weights();
    gradus::aligned_buffer bytes;
    for (auto _ : state) {
        auto packed =
            gradus::quantize(weights, gradus::recipe<L>{}, {}, gradus::serial{}, std::move(bytes));
        if (!packed) { return state.SkipWithError(packed.error().message.c_str()); }
        benchmark::DoNotOptimize(packed.value().bytes().data());
        bytes = std::move(packed.value()).take_bytes();
    }
    const auto rounds = static_cast<std::int64_t>(state.iterations());
    const auto count = static_cast<std::int64_t>(weights.size());
    state.SetBytesProcessed(rounds * count * std::int64_t{sizeof(float)});
    state.SetItemsProcessed(rounds * count);
}

template <gradus::layout_type L> void add_from_memory() {
    const std::string name = "encode/" + std::string{L::name.view()} + "_minmax/" +
                             std::to_string(gradus_bench::rows) + "x" +
                             std::to_string(4 * gradus_bench::cols);
    benchmark::RegisterBenchmark(name.c_str(), encode_from_memory<L>)
        ->Unit(benchmark::kMillisecond);
}

template <int Bits> void add_uniform_from_memory() {
    using uniform = gradus::uniform_symmetric<Bits>;
    add_from_memory<gradus::layout<uniform, gradus::group<32>>>();
    add_from_memory<gradus::layout<uniform, gradus::group<128>>>();
    add_from_memory<gradus::layout<uniform, gradus::channel>>();
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
    add_uniform_from_memory<4>();
    add_uniform_from_memory<8>();
    return true;
}();

}  // namespace

// SPDX-License-Identifier: MIT
// Packed bytes to values by gradus::decode, and what copying the same values costs.
#include "../support/layouts.hpp"
#include "../support/limits.hpp"
#include "../support/weights.hpp"

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/kernels/decode.hpp>
#include <gradus/quantize/quantize.hpp>

#include <benchmark/benchmark.h>

#include <cstring>

namespace {

/// The first `rows` rows, to `out`.
template <gradus::layout_type L>
void decode(benchmark::State& state, gradus::index_t rows, std::span<float> out) {
    const gradus::weights_view weights = gradus_bench::weights().block(0, rows);
    const auto packed = gradus::quantize(weights, gradus::recipe<L>{});
    if (!packed) { return state.SkipWithError(packed.error().message.c_str()); }
    for (auto _ : state) {
        gradus::decode(packed.value().view(),
                       gradus::matrix_view<float>{out.data(), weights.rows, weights.cols});
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
    const auto rounds = static_cast<std::int64_t>(state.iterations());
    const auto count = static_cast<std::int64_t>(weights.size());
    state.SetBytesProcessed(rounds * count * std::int64_t{sizeof(float)});
    state.SetItemsProcessed(rounds * count);
}

template <gradus::layout_type L> void decode_all(benchmark::State& state) {
    const gradus::index_t count = gradus_bench::weights().size();
    gradus::aligned_buffer room{count * sizeof(float)};
    auto* const values = static_cast<float*>(static_cast<void*>(room.bytes().data()));
    decode<L>(state, gradus_bench::rows, {values, count});
}

/// Rows whose values are half a mebibyte and stay in L2, decoded over and over to where
/// machine/store/l2 stores: what that reaches is the wall.
constexpr gradus::index_t rows_in_l2 = 128;

template <gradus::layout_type L> void decode_in_l2(benchmark::State& state) {
    const gradus::index_t count = rows_in_l2 * gradus_bench::cols;
    auto* const values = static_cast<float*>(static_cast<void*>(gradus_bench::arena().data()));
    decode<L>(state, rows_in_l2, {values, count});
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
        benchmark::RegisterBenchmark(name.c_str(), decode_all<L>)->Unit(benchmark::kMillisecond);
        const std::string small = "decode/" + std::string{L::name.view()} + "/" +
                                  std::to_string(rows_in_l2) + "x" +
                                  std::to_string(gradus_bench::cols);
        benchmark::RegisterBenchmark(small.c_str(), decode_in_l2<L>)->Unit(benchmark::kMicrosecond);
    });
    return true;
}();

}  // namespace

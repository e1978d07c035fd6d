// SPDX-License-Identifier: MIT
// ggml's encoders (without importances) and decoders, of the values that ours encode: all of them,
// and a part whose floats fit L2.
#include "../support/weights.hpp"

#include <benchmark/benchmark.h>

#include <ggml-cpu.h>
#include <ggml.h>

namespace {

inline constexpr gradus::index_t few_rows = 64;  // 256 KiB of floats

std::vector<std::byte> room(ggml_type type, gradus::index_t rows) {
    return std::vector<std::byte>(rows * ggml_row_size(type, gradus_bench::cols));
}

/// By the CPU backend's encoder, which has SIMD for q8_0, or the reference where it has none.
void encode_into(std::vector<std::byte>& packed, ggml_type type, gradus::index_t rows) {
    const float* const from = gradus_bench::values().data();
    const auto count = static_cast<std::int64_t>(rows);
    if (const auto convert = ggml_get_type_traits_cpu(type)->from_float; convert != nullptr) {
        convert(from, packed.data(), count * std::int64_t{gradus_bench::cols});
    } else {
        ggml_quantize_chunk(type, from, packed.data(), 0, count, gradus_bench::cols, nullptr);
    }
}

void count(benchmark::State& state, ggml_type type, gradus::index_t rows) {
    const auto values = static_cast<double>(rows * gradus_bench::cols);
    state.SetBytesProcessed(static_cast<std::int64_t>(static_cast<double>(state.iterations()) *
                                                      values * sizeof(float)));
    state.counters["bits"] = 8.0 * static_cast<double>(room(type, rows).size()) / values;
}

void encode(benchmark::State& state, ggml_type type, gradus::index_t rows) {
    ggml_quantize_init(type);
    std::vector<std::byte> packed = room(type, rows);
    for (auto _ : state) {
        encode_into(packed, type, rows);
        benchmark::ClobberMemory();
    }
    count(state, type, rows);
}

void decode(benchmark::State& state, ggml_type type, gradus::index_t rows) {
    std::vector<std::byte> packed = room(type, rows);
    encode_into(packed, type, rows);
    std::vector<float> values(rows * gradus_bench::cols);
    const ggml_to_float_t to_float = ggml_get_type_traits(type)->to_float;
    for (auto _ : state) {
        to_float(packed.data(), values.data(), static_cast<std::int64_t>(values.size()));
        benchmark::ClobberMemory();
    }
    count(state, type, rows);
}

void add(ggml_type type, gradus::index_t rows) {
    const std::string name = std::string{"/ggml_"} + ggml_type_name(type) + "/" +
                             std::to_string(rows) + "x" + std::to_string(gradus_bench::cols);
    benchmark::RegisterBenchmark(("encode" + name).c_str(), encode, type, rows)
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark(("decode" + name).c_str(), decode, type, rows)
        ->Unit(benchmark::kMicrosecond);
}

[[maybe_unused]] const bool registered = [] {
    ggml_cpu_init();
    for (const ggml_type type :
         {GGML_TYPE_Q8_0, GGML_TYPE_Q6_K, GGML_TYPE_Q5_K, GGML_TYPE_Q4_0, GGML_TYPE_Q4_K,
          GGML_TYPE_IQ4_NL, GGML_TYPE_Q3_K, GGML_TYPE_Q2_K, GGML_TYPE_TQ2_0}) {
        add(type, gradus_bench::rows);
        add(type, few_rows);
    }
    return true;
}();

}  // namespace

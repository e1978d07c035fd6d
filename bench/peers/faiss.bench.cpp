// SPDX-License-Identifier: MIT
// FAISS's ScalarQuantizer on the same values: one range a column, trained beforehand (not timed).
#include "../support/weights.hpp"

#include <benchmark/benchmark.h>

#include <faiss/impl/ScalarQuantizer.h>
#include <omp.h>

namespace {

using faiss::ScalarQuantizer;

ScalarQuantizer trained(ScalarQuantizer::QuantizerType type) {
    omp_set_num_threads(1);  // as ours: throughput of one core
    ScalarQuantizer quantizer{gradus_bench::cols, type};
    quantizer.train(gradus_bench::rows, gradus_bench::values().data());
    return quantizer;
}

void count(benchmark::State& state) {
    const auto rounds = static_cast<std::int64_t>(state.iterations());
    state.SetBytesProcessed(rounds * static_cast<std::int64_t>(gradus_bench::float_bytes));
}

void encode(benchmark::State& state, ScalarQuantizer::QuantizerType type) {
    const ScalarQuantizer quantizer = trained(type);
    std::vector<std::uint8_t> codes(gradus_bench::rows * quantizer.code_size);
    for (auto _ : state) {
        quantizer.compute_codes(gradus_bench::values().data(), codes.data(), gradus_bench::rows);
        benchmark::ClobberMemory();
    }
    count(state);
}

void decode(benchmark::State& state, ScalarQuantizer::QuantizerType type) {
    const ScalarQuantizer quantizer = trained(type);
    std::vector<std::uint8_t> codes(gradus_bench::rows * quantizer.code_size);
    quantizer.compute_codes(gradus_bench::values().data(), codes.data(), gradus_bench::rows);
    std::vector<float> values(gradus_bench::rows * gradus_bench::cols);
    for (auto _ : state) {
        quantizer.decode(codes.data(), values.data(), gradus_bench::rows);
        benchmark::ClobberMemory();
    }
    count(state);
}

void add(const std::string& bits, ScalarQuantizer::QuantizerType type) {
    const std::string name = "/faiss_QT_" + bits + "bit" + gradus_bench::shape_name;
    benchmark::RegisterBenchmark(("encode" + name).c_str(), encode, type)
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(("decode" + name).c_str(), decode, type)
        ->Unit(benchmark::kMillisecond);
}

[[maybe_unused]] const bool registered = [] {
    add("8", ScalarQuantizer::QT_8bit);
    add("6", ScalarQuantizer::QT_6bit);
    add("4", ScalarQuantizer::QT_4bit);
    return true;
}();

}  // namespace

// SPDX-License-Identifier: MIT
// Appending to packed caches: tokens a second, and how often that is what a decode step needs.
#include "../support/attention.hpp"

#include <gradus/cache/packed_cache.hpp>
#include <gradus/kernels/gemv.hpp>
#include <gradus/layout/packed_matrix.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/minmax.hpp>

#include <chrono>

namespace {

using namespace gradus_bench;
using gradus::index_t;

/// A step of decoding multiplies all weights of a layer with one token and appends one token to its
/// cache. Of a layer with 32 query heads and 8 KV heads of 128 and 14336 hidden units (4096 x
/// (4096 + 2 x 1024 + 4096 + 3 x 14336) weights), in groups of 64 of 4 bits.
constexpr index_t layer_weights = 4096 * (2 * 4096 + 2 * 1024 + 3 * 14336);

/// Seconds of the products of one layer of one step, from the measured rate of one of its matrices.
double seconds_of_products() {
    static const double seconds = [] {
        using layout = gradus::layout<gradus::uniform_symmetric<4>, gradus::group<64>>;
        constexpr index_t rows = 14336;
        constexpr index_t cols = 4096;
        const std::vector<float> weights = normal_values(6, rows * cols, 1.0);
        const auto packed = gradus::quantize(gradus::weights_view{weights.data(), rows, cols},
                                             gradus::recipe<layout, gradus::minmax>{})
                                .value();
        const std::vector<float> x = normal_values(7, cols, 1.0);
        std::vector<float> y(rows);
        std::vector<double> all;
        for (int round = 0; round < 21; ++round) {
            const auto start = std::chrono::steady_clock::now();
            gradus::gemv(packed.view(), x, y, gradus::int8_per_token{});
            const auto end = std::chrono::steady_clock::now();
            all.push_back(std::chrono::duration<double>(end - start).count());
        }
        std::sort(all.begin(), all.end());
        return all[10] * static_cast<double>(layer_weights) / static_cast<double>(rows * cols);
    }();
    return seconds;
}

/// Fills a cache of 1024 tokens, token by token.
template <int Bits, index_t Block> void append(benchmark::State& state) {
    gradus::kv_options<> how;
    how.block = Block;
    how.chooser = {Bits, Bits};
    gradus::packed_cache<gradus::per_channel<>, gradus::per_token<>> cache{
        {kv_heads, head_width, 1024}, {}, {}, how};
    const auto keys = some_tokens(3);
    const auto values = some_tokens(4);
    for (auto _ : state) {
        cache.reset();
        for (index_t t = 0; t < keys.rows; ++t) {
            static_cast<void>(cache.append(keys.block(t, 1), values.block(t, 1)));
        }
    }
    using benchmark::Counter;
    const double tokens = static_cast<double>(state.iterations()) * static_cast<double>(keys.rows);
    state.counters["tokens"] = Counter(tokens, Counter::kIsRate);
    state.counters["steps"] = Counter(tokens * seconds_of_products(), Counter::kIsRate);
}

/// append/<cache>/threads:1; `steps`: appends in the time of one decode step's products.
template <int Bits, index_t Block> void add_append() {
    const std::string name =
        "append/uniform" + std::to_string(Bits) + "_g" + std::to_string(Block) + "/threads:1";
    benchmark::RegisterBenchmark(name.c_str(), append<Bits, Block>)->Unit(benchmark::kMicrosecond);
}

[[maybe_unused]] const bool registered = [] {
    add_append<8, 128>();
    add_append<4, 128>();
    add_append<4, 32>();
    add_append<2, 32>();
    return true;
}();

}  // namespace

// SPDX-License-Identifier: MIT
// Timing attention over a cache, ours and theirs, with the same shapes and names.
#pragma once

#include "limits.hpp"
#include "normal_values.hpp"

#include <gradus/core/matrix_view.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <compare>
#include <map>
#include <memory>
#include <string>

namespace gradus_bench {

inline constexpr gradus::index_t query_heads = 32;
inline constexpr gradus::index_t kv_heads = 8;
inline constexpr gradus::index_t head_width = 128;
inline constexpr gradus::index_t token_cols = kv_heads * head_width;

/// Keys or values of 1024 tokens, [1024, token_cols], standard deviation 1; a cache holds them
/// over and over: time does not depend on values.
inline gradus::matrix_view<const float> some_tokens(std::uint64_t seed) {
    static std::map<std::uint64_t, std::vector<float>> all;
    std::vector<float>& drawn = all[seed];
    if (drawn.empty()) { drawn = normal_values(seed, 1024 * token_cols, 1.0); }
    return {drawn.data(), 1024, token_cols};
}

inline constexpr gradus::index_t query_cols = query_heads * head_width;

/// [count, query_cols], count <= 64.
inline gradus::matrix_view<const float> some_queries(gradus::index_t count) {
    static const std::vector<float> drawn = normal_values(5, 64 * query_cols, 1.0);
    return {drawn.data(), count, query_cols};
}

/// softmax(q K^T / sqrt(width)) V in f64 over some_tokens, which repeat without changing it.
inline const std::vector<double>& true_attention() {
    static const std::vector<double> result = [] {
        const auto keys = some_tokens(3);
        const auto values = some_tokens(4);
        std::vector<double> made(query_cols);
        for (gradus::index_t h = 0; h < query_heads; ++h) {
            const gradus::index_t from = h / (query_heads / kv_heads) * head_width;
            double total = 0.0;
            for (gradus::index_t t = 0; t < keys.rows; ++t) {
                double score = 0.0;
                for (gradus::index_t d = 0; d < head_width; ++d) {
                    score += static_cast<double>(some_queries(1)(0, h * head_width + d)) *
                             static_cast<double>(keys(t, from + d));
                }
                const double weight = std::exp(score / std::sqrt(double{head_width}));
                total += weight;
                for (gradus::index_t d = 0; d < head_width; ++d) {
                    made[h * head_width + d] += weight * static_cast<double>(values(t, from + d));
                }
            }
            for (gradus::index_t d = 0; d < head_width; ++d) {
                made[h * head_width + d] /= total;
            }
        }
        return made;
    }();
    return result;
}

/// |out - true| / |true|, of the first query.
inline double attention_error(std::span<const float> out) {
    double wrong = 0.0;
    double whole = 0.0;
    for (std::size_t i = 0; i < query_cols; ++i) {
        const double off = static_cast<double>(out[i]) - true_attention()[i];
        wrong += off * off;
        whole += true_attention()[i] * true_attention()[i];
    }
    return std::sqrt(wrong / whole);
}

/// So many queries, the last tokens of a cache of so many.
struct attention_shape {
    gradus::index_t tokens;
    gradus::index_t queries;

    auto operator<=>(const attention_shape&) const = default;
};

/// Times a contestant, made once by `make(shape)`: it has `bytes()` and `run(out, threads)`.
template <class Make>
void time_attention(benchmark::State& state,
                    const attention_shape& shape,
                    std::size_t threads,
                    const Make& make) {
    using contestant_type = decltype(make(shape));
    static std::map<attention_shape, std::unique_ptr<contestant_type>> made;
    auto& contestant = made[shape];
    if (contestant == nullptr) { contestant = std::make_unique<contestant_type>(make(shape)); }
    std::vector<float> out(shape.queries * query_cols);
    contestant->run(out, threads);
    for (auto _ : state) {
        contestant->run(out, threads);
    }
    using benchmark::Counter;
    const auto rounds = static_cast<double>(state.iterations());
    const double bytes = rounds * static_cast<double>(contestant->bytes());
    const double values = 2.0 * static_cast<double>(shape.tokens * token_cols);
    const double shared = static_cast<double>(shape.queries * query_heads / kv_heads);
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
    state.counters["multiply_adds"] = Counter(rounds * values * shared, Counter::kIsRate);
    state.counters["bits"] = 8.0 * static_cast<double>(contestant->bytes()) / values;
    if (shape.queries == 1) { state.counters["error"] = attention_error(out); }
    state.counters["fraction"] = Counter(
        bytes / read_limit_of(memory::dram, std::min(threads, cores())).median, Counter::kIsRate);
}

/// attention/<cache>/<tokens>/queries:<q>/threads:<n>. Every contestant has a type of its own.
template <class Make> void add_attention(const std::string& cache, Make make) {
    for (const attention_shape shape : {attention_shape{4096, 1}, {32768, 1}, {2048, 64}}) {
        for (std::size_t threads = 1; threads <= 2; ++threads) {
            const std::string name = "attention/" + cache + "/" + std::to_string(shape.tokens) +
                                     "/queries:" + std::to_string(shape.queries) +
                                     "/threads:" + std::to_string(threads);
            auto* const added = benchmark::RegisterBenchmark(
                name.c_str(), [shape, threads, make](benchmark::State& state) {
                    time_attention(state, shape, threads, make);
                });
            added->Unit(benchmark::kMicrosecond);
            if (threads > 1) { added->UseRealTime(); }
        }
    }
}

}  // namespace gradus_bench

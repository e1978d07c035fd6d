// SPDX-License-Identifier: MIT
// Timing y = W x and Y = X W^T, ours and theirs, with the same shapes, counters and names.
#pragma once

#include "limits.hpp"
#include "sample.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <utility>

namespace gradus_bench {

/// One product: W is [rows, cols], X is [tokens, cols]. `where` the weights come from: one matrix
/// used over and over, or so many in turn that caches never hold the next one.
struct product_shape {
    gradus::index_t rows;
    gradus::index_t cols;
    gradus::index_t tokens;
    memory where;
    std::size_t threads;

    [[nodiscard]] double multiply_adds() const {
        return static_cast<double>(rows) * static_cast<double>(cols) * static_cast<double>(tokens);
    }
};

/// How activations enter the multiplication, and so which peak limits it.
enum class activation_form { f32, int8_per_token, int8_per_group };

constexpr const char* name_of(activation_form form) {
    constexpr std::array<const char*, 3> names = {"f32", "int8_token", "int8_group"};
    return names[static_cast<std::size_t>(form)];
}

/// Matrices of `bytes` bytes that a working set of `shape` takes: eight times L3 from DRAM.
inline std::size_t copies_of(const product_shape& shape, std::size_t bytes) {
    if (shape.where != memory::dram) { return 1; }
    const std::size_t whole = std::min(8 * cache_bytes(3, std::size_t{32} << 20), arena().size());
    return std::max<std::size_t>(2, whole / bytes);
}

/// Where copy `i` of a matrix of `bytes` bytes lies in the arena: on a page boundary.
inline std::span<std::byte> slot(std::size_t i, std::size_t bytes) {
    const std::size_t step = (bytes + 4095) / 4096 * 4096;
    return arena().subspan(i * step, bytes);
}

/// Rounds that take some 50 ms at 10 GB/s or 40 GOP/s.
inline std::int64_t rounds_of(const product_shape& shape) {
    const double products = shape.multiply_adds();
    const double seconds =
        std::max(products / 20e9, products * 0.5 / 10e9 / static_cast<double>(shape.tokens));
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(0.05 / seconds));
}

/// Times a contestant: `start(shape)` prepares it (not timed); it has `copies()`, `bytes()` of one
/// stored matrix, `run(copy)` and `outputs()`. `form` says what limits it.
template <class Start>
void time_product(benchmark::State& state,
                  const product_shape& shape,
                  activation_form form,
                  const Start& start) {
    auto contestant = start(shape);
    const std::size_t copies = contestant.copies();
    contestant.run(0);
    const double error = relative_error(contestant.outputs());
    std::size_t next = copies - 1;
    for (auto _ : state) {
        contestant.run(next);
        next = next == 0 ? copies - 1 : next - 1;
    }
    using benchmark::Counter;
    const auto rounds = static_cast<double>(state.iterations());
    const auto bytes = static_cast<double>(contestant.bytes());
    const double products = rounds * shape.multiply_adds();
    state.SetBytesProcessed(static_cast<std::int64_t>(rounds * bytes));
    state.counters["multiply_adds"] = Counter(products, Counter::kIsRate);
    state.counters["bits"] = 8.0 * bytes / static_cast<double>(shape.rows * shape.cols);
    state.counters["error"] = error;
    const double arithmetic =
        form == activation_form::f32 ? fma_limit(shape.threads) : dot_limit(shape.threads);
    const double share = shape.tokens == 1
                           ? rounds * bytes / read_limit_of(shape.where, shape.threads).median
                           : products / arithmetic;
    state.counters["fraction"] = Counter(share, Counter::kIsRate);
}

inline std::string
name_of(const product_shape& shape, activation_form form, const std::string& contestant) {
    return (shape.tokens == 1 ? "gemv/" : "gemm/") + contestant + "/" + std::to_string(shape.rows) +
           "x" + std::to_string(shape.cols) + "/" +
           (shape.tokens == 1 ? "" : "batch:" + std::to_string(shape.tokens) + "/") +
           name_of(shape.where) + "/" + name_of(form) + "/threads:" + std::to_string(shape.threads);
}

template <class Start>
void add_product(const product_shape& shape,
                 activation_form form,
                 const std::string& contestant,
                 Start start) {
    auto* const added = benchmark::RegisterBenchmark(
        name_of(shape, form, contestant).c_str(),
        [shape, form, start = std::move(start)](benchmark::State& state) {
            time_product(state, shape, form, start);
        });
    added->Iterations(rounds_of(shape))->Unit(benchmark::kMicrosecond);
    if (shape.threads > 1) { added->UseRealTime(); }
}

/// Calls f(shape) for every shape that is measured with one token (`gemv`) or several (`gemm`).
/// 14336x4096 does not fit the L3 of most machines at 4 bits or more, so it comes from DRAM.
template <class F> void for_each_gemv_shape(F&& f) {
    for (std::size_t threads = 1; threads <= 2; ++threads) {
        f(product_shape{4096, 4096, 1, memory::l3, threads});
        f(product_shape{4096, 4096, 1, memory::dram, threads});
        f(product_shape{14336, 4096, 1, memory::dram, threads});
    }
}

template <class F> void for_each_gemm_shape(F&& f) {
    for (std::size_t threads = 1; threads <= 2; ++threads) {
        for (const gradus::index_t rows : {4096u, 14336u}) {
            for (const gradus::index_t tokens : {2u, 4u, 8u, 16u, 32u, 512u}) {
                f(product_shape{rows, 4096, tokens, memory::dram, threads});
            }
        }
    }
}

}  // namespace gradus_bench

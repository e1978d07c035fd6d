// SPDX-License-Identifier: MIT
// Pruning and quantizing the layers of the recipe: error and speed, beside our own product.
//
//   gradus_solver [columns [rows [threads [tokens]]]]       defaults: 768, as many, 1, 16384
//
// Times are the least of three runs. GFLOP/s of a solution count columns^3 / 3 + rows columns^2;
// its share is that of the product's rate in the same run. Processor time beside wall time tells
// how much of the machine others had.
#include "../support/clock.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/grouping/channel.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/solver/obs.hpp>

#include <cstdio>
#include <cstdlib>
#include <recipe.hpp>

namespace {

using namespace gradus;

template <int Bits> using per_row = recipe<layout<uniform_asymmetric<Bits>, channel, f32_scale>>;
template <int Bits>
using searched = recipe<layout<uniform_asymmetric<Bits>, channel, f32_scale>, mse_search>;

constexpr std::uint64_t seed = 1;

double processor_seconds() {
    return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

struct timing {
    double wall = 1e30;
    double processor = 1e30;

    template <class F> void of(F&& work) {
        const double before = processor_seconds();
        wall = std::min(wall, gradus_bench::seconds_of(work));
        processor = std::min(processor, processor_seconds() - before);
    }
};

struct bench {
    index_t rows;
    index_t cols;
    thread_pool& threads;
    std::vector<float> weights;
    obs_factor<float> factor;
    timing factoring;
    double product_rate = 0.0;       // GFLOP/s
    double product_core_rate = 0.0;  // of processor time

    void measure_product() {
        std::vector<float> out(rows * cols);
        timing t;
        for (int run = 0; run < 3; ++run) {
            t.of([&] {
                multiply(operand<float>::along_rows({weights.data(), rows, cols}),
                         operand<float>::down_rows({factor.values.data(), cols, cols}),
                         matrix_view<float>{out.data(), rows, cols}, threads);
            });
        }
        const double flops = 2e-9 * static_cast<double>(rows * cols) * static_cast<double>(cols);
        product_rate = flops / t.wall;
        product_core_rate = flops / t.processor;
        std::printf("product %.1f GFLOP/s, %.1f a processor second\n", product_rate,
                    product_core_rate);
    }

    /// ||(W - Q) X||^2 by ||W X||^2, both with the undamped Hessian.
    [[nodiscard]] double relative_error(const std::vector<float>& q) {
        double error = 0.0;
        double whole = 0.0;
        std::vector<double> e(cols);
        std::vector<double> w(cols);
        for (index_t r = 0; r < rows; r += std::max<index_t>(1, rows / 768)) {
            double damping = 0.0;
            double own_damping = 0.0;
            for (index_t j = 0; j < cols; ++j) {
                const auto root = static_cast<double>(factor.root[j]);
                const auto added = static_cast<double>(factor.added[j]);
                w[j] = root * static_cast<double>(weights[r * cols + j]);
                e[j] = w[j] - root * static_cast<double>(q[r * cols + j]);
                damping += added * e[j] * e[j];
                own_damping += added * w[j] * w[j];
            }
            error += row_error(factor, e, threads) - damping;
            whole += row_error(factor, w, threads) - own_damping;
        }
        return error / whole;
    }

    template <class Recipe, class Sparsity>
    void
    run(const char* name, const Recipe& how, const Sparsity& zeros, const obs_options& o = {}) {
        timing t;
        std::vector<float> q;
        index_t count = 0;
        for (int run = 0; run < 3; ++run) {
            q = weights;
            t.of([&] {
                const auto done =
                    obs(matrix_view<float>{q.data(), rows, cols}, factor, how, zeros, o, threads);
                if (!done) {
                    std::puts(done.error().message.c_str());
                    std::exit(1);
                }
                count = done.value().zeros;
            });
        }
        const auto n = static_cast<double>(cols);
        const double flops = 1e-9 * n * n * (n / 3.0 + static_cast<double>(rows));
        const double wall = t.wall + factoring.wall;
        const double processor = t.processor + factoring.processor;
        std::printf("%-26s error %.5f zeros %.4f  %8.4f s, %8.4f of processors, share %.2f, %.2f\n",
                    name, relative_error(q),
                    static_cast<double>(count) / static_cast<double>(rows * cols), wall, processor,
                    flops / wall / product_rate, flops / processor / product_core_rate);
    }
};

obs_factor<float> factor_of_recipe(index_t n, index_t tokens, thread_pool& threads, timing& t) {
    hessian<float> h{n};
    constexpr index_t batch = 1024;
    std::vector<float> x(batch * n);
    for (index_t at = 0; at < tokens; at += batch) {
        obs_recipe::tokens(seed, n, at, batch, x.data());
        if (!h.accumulate({x.data(), batch, n}, threads)) { std::exit(1); }
    }
    result<obs_factor<float>> f = error{errc::no_effect, "not run"};
    for (int run = 0; run < 3; ++run) {
        hessian<float> copy = h;
        t.of([&] { f = factorize(std::move(copy), {0.01, damping_rule::mean}, threads); });
    }
    if (!f) { std::exit(1); }
    return std::move(*f);
}

}  // namespace

int main(int argc, char** argv) {
    const auto argument = [&](int i, unsigned long otherwise) {
        return argc > i ? std::strtoul(argv[i], nullptr, 10) : otherwise;
    };
    const index_t cols = argument(1, 768);
    const index_t rows = argument(2, cols);
    thread_pool threads{static_cast<unsigned>(argument(3, 1))};
    bench b{rows, cols, threads, std::vector<float>(rows * cols), {}, {}};
    obs_recipe::weights(seed, rows, cols, b.weights.data());
    b.factor = factor_of_recipe(cols, argument(4, 16384), threads, b.factoring);
    const auto n = static_cast<double>(cols);
    std::printf("%zu x %zu, %u threads: factor %.4f s, %.1f GFLOP/s\n", rows, cols, threads.size(),
                b.factoring.wall, n * n * n / 3e9 / b.factoring.wall);
    b.measure_product();
    const unstructured blocks{0.5, zero_budget::block, 128};
    const obs_options published{grid_time::fixed, 128, false, {}, 0, 0, {}};
    b.run("50 %", unquantized{}, unstructured{});
    b.run("50 % by blocks", unquantized{}, blocks);
    b.run("2:4", unquantized{}, n_of_m<2, 4>{});
    b.run("4 bit", searched<4>{}, none{});
    b.run("50 % + 4 bit", searched<4>{}, unstructured{});
    b.run("50 % + 3 bit", searched<3>{}, unstructured{});
    b.run("50 % + 2 bit", searched<2>{}, unstructured{});
    b.run("50 % + 4 bit, min-max", per_row<4>{}, unstructured{});
    b.run("50 % + 4 bit as published", per_row<4>{}, blocks, published);
}

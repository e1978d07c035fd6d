// SPDX-License-Identifier: MIT
// Pruning and quantizing the layers of the recipe: error and speed, beside products of matrices.
//
//   gradus_solver [columns [rows [threads [tokens [runs [what]]]]]]
//       defaults: 768, as many, 1, 16384, 3, all
//       what: all, speed, choices, or the name of one line, as "50 % + 4 bit"
//
// Times are the least of some runs. GFLOP/s of a solution count columns^3 / 3 + rows columns^2; its
// share is that of the faster product's rate in the same run, ours or that of a BLAS that was found
// (for OpenBLAS set OPENBLAS_CORETYPE and OPENBLAS_NUM_THREADS: Debian's does not know every
// processor). Processor time beside wall time tells how much of the machine others had.
#include "../support/clock.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/grouping/channel.hpp>
#include <gradus/grouping/group.hpp>
#include <gradus/kernels/pack_codes.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/scale/f32_scale.hpp>
#include <gradus/solver/match_dense.hpp>
#include <gradus/solver/obs_orders.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <recipe.hpp>

#if defined(GRADUS_BENCH_BLAS)
extern "C" void sgemm_(const char*,
                       const char*,
                       const int*,
                       const int*,
                       const int*,
                       const float*,
                       const float*,
                       const int*,
                       const float*,
                       const int*,
                       const float*,
                       float*,
                       const int*);
#endif

namespace {

using namespace gradus;

template <int Bits> using per_row = recipe<layout<uniform_asymmetric<Bits>, channel, f32_scale>>;
template <int Bits>
using searched = recipe<layout<uniform_asymmetric<Bits>, channel, f32_scale>, mse_search>;
template <int Bits>
using grouped = recipe<layout<uniform_asymmetric<Bits>, group<128>>, mse_search>;
using widths = menu<layout<uniform_symmetric<2>, group<>>,
                    layout<uniform_symmetric<4>, group<>>,
                    layout<uniform_symmetric<6>, group<>>>;

constexpr std::uint64_t seed = 1;

double processor_seconds() {
    return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

/// A line of the process's status, as "VmHWM:", in MiB; 0 where there is none.
double status_mebibytes(const std::string& name) {
    std::ifstream status{"/proc/self/status"};
    for (std::string word; status >> word;) {
        double kibibytes = 0.0;
        if (word == name && status >> kibibytes) { return kibibytes / 1024.0; }
    }
    return 0.0;
}

/// What a piece of work adds to the memory in use at its peak, in MiB. (Linux: the peak so far is
/// forgotten first.)
template <class F> double added_mebibytes(F&& work) {
    std::ofstream{"/proc/self/clear_refs"} << "5";
    const double before = status_mebibytes("VmRSS:");
    work();
    return status_mebibytes("VmHWM:") - before;
}

[[noreturn]] void stop(const std::string& why) {
    std::puts(why.c_str());
    std::exit(1);
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
    int runs;
    std::string what;
    std::vector<float> weights;
    obs_factor<float> factor;
    hessian<float> sums;
    timing factoring;
    double product_rate = 0.0;       // GFLOP/s of the faster product
    double product_core_rate = 0.0;  // of processor time

    template <class F> void rate_product(const char* name, double flops, const F& multiply_once) {
        timing t;
        for (int run = 0; run < runs; ++run) {
            t.of(multiply_once);
        }
        std::printf("%s %.1f GFLOP/s, %.1f a processor second\n", name, flops / t.wall,
                    flops / t.processor);
        product_rate = std::max(product_rate, flops / t.wall);
        product_core_rate = std::max(product_core_rate, flops / t.processor);
    }

    /// Of [rows, n] and [n, n], n being the columns; 5120 of them are enough to know the rate.
    void measure_products() {
        const index_t wide = std::min<index_t>(cols, 5120);
        const double flops = 2e-9 * static_cast<double>(rows * wide) * static_cast<double>(wide);
        std::vector<float> out(rows * wide);
        const std::vector<float> square(wide * wide, 0.5f);
        rate_product("own product", flops, [&] {
            multiply(operand<float>::along_rows({weights.data(), rows, wide, cols}),
                     operand<float>::down_rows({square.data(), wide, wide}),
                     matrix_view<float>{out.data(), rows, wide}, threads);
        });
#if defined(GRADUS_BENCH_BLAS)
        rate_product("BLAS product", flops, [&] {
            const int m = static_cast<int>(rows);
            const int n = static_cast<int>(wide);
            const int stride = static_cast<int>(cols);
            const float one = 1.0f;
            const float nothing = 0.0f;
            sgemm_("N", "N", &n, &m, &n, &one, square.data(), &n, weights.data(), &stride, &nothing,
                   out.data(), &n);
        });
#endif
    }

    /// ||(W - Q) X||^2 by ||W X||^2, both with the undamped Hessian, from some of the rows.
    [[nodiscard]] double relative_error(const std::vector<float>& q) {
        double error = 0.0;
        double whole = 0.0;
        std::vector<double> e(cols);
        std::vector<double> w(cols);
        const index_t wanted = cols > 1024 ? 64 : 768;
        for (index_t r = 0; r < rows; r += std::max<index_t>(1, rows / wanted)) {
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

    /// solve(q): a result with the number of zeros. Returns the weights that came out.
    template <class Solve> void time(const char* name, const Solve& solve) {
        if (what != "all" && what != "speed" && what != "choices" && what != name) { return; }
        timing t;
        std::vector<float> q;
        index_t zeros = 0;
        for (int run = 0; run < runs; ++run) {
            q = weights;
            t.of([&] {
                const auto done = solve(matrix_view<float>{q.data(), rows, cols});
                if (!done) { stop(done.error().message); }
                zeros = done.value().zeros;
            });
        }
        const auto n = static_cast<double>(cols);
        const double flops = 1e-9 * n * n * (n / 3.0 + static_cast<double>(rows));
        const double wall = t.wall + factoring.wall;
        const double processor = t.processor + factoring.processor;
        std::printf("%-34s error %.5f zeros %.4f  %8.4f s, %8.4f of processors, share %.2f, %.2f\n",
                    name, relative_error(q),
                    static_cast<double>(zeros) / static_cast<double>(rows * cols), wall, processor,
                    flops / wall / product_rate, flops / processor / product_core_rate);
        std::fflush(stdout);
    }

    template <class Recipe, class Sparsity>
    void
    run(const char* name, const Recipe& how, const Sparsity& zeros, const obs_options& o = {}) {
        time(name, [&](matrix_view<float> q) { return obs(q, factor, how, zeros, o, threads); });
    }
};

/// The sums of the tokens and their factor, timed.
void factor_recipe(bench& b, index_t tokens) {
    const index_t n = b.cols;
    constexpr index_t batch = 1024;
    std::vector<float> x(batch * n);
    double seconds = 0.0;
    for (index_t at = 0; at < tokens; at += batch) {
        obs_recipe::tokens(seed, n, at, batch, x.data());
        seconds += gradus_bench::seconds_of([&] {
            if (!b.sums.accumulate({x.data(), batch, n}, b.threads)) { stop("tokens"); }
        });
    }
    result<obs_factor<float>> f = error{errc::no_effect, "not run"};
    for (int run = 0; run < b.runs; ++run) {
        hessian<float> copy = b.sums;
        b.factoring.of(
            [&] { f = factorize(std::move(copy), {0.01, damping_rule::mean}, b.threads); });
    }
    if (!f) { stop(f.error().message); }
    b.factor = std::move(*f);
    const auto wide = static_cast<double>(n);
    std::printf("%zu x %zu, %u threads\n", b.rows, n, b.threads.size());
    std::printf("Hessian %.3f s for %zu tokens (%.3f s for 2048), %.1f GFLOP/s\n", seconds, tokens,
                seconds * 2048.0 / static_cast<double>(tokens),
                wide * wide * static_cast<double>(tokens) * 1e-9 / seconds);
    std::printf("factor %.4f s, %.1f GFLOP/s\n", b.factoring.wall,
                wide * wide * wide / 3e9 / b.factoring.wall);
}

/// The joint solution once, stage by stage, before anything else has been allocated.
void show_stages(bench& b) {
    std::vector<float> q = b.weights;
    using chosen = grouped<4>;
    double pack = 0.0;
    double sweep = 0.0;
    result<obs_codes<chosen::layout>> done = error{errc::no_effect, "not run"};
    const double added = added_mebibytes([&] {
        sweep = gradus_bench::seconds_of([&] {
            done = obs(matrix_view<float>{q.data(), b.rows, b.cols}, b.factor, chosen{},
                       unstructured{}, {}, b.threads);
        });
    });
    if (!done) { stop(done.error().message); }
    pack = gradus_bench::seconds_of([&] {
        const auto packed = pack_codes<chosen::layout>(done.value().codes.view(), done.value().map,
                                                       done.value().groups, b.threads);
        if (!packed) { stop(packed.error().message); }
    });
    const auto mebibytes = [](index_t bytes) { return static_cast<double>(bytes) / 1048576.0; };
    std::printf("stages of 50 %% + 4 bit g128: factor %.3f s, sweep %.3f s, pack %.3f s\n",
                b.factoring.wall, sweep, pack);
    std::printf("memory: weights %.0f MiB, factor %.0f MiB; at its peak the sweep adds %.0f MiB, "
                "%.0f of them its codes\n",
                mebibytes(b.rows * b.cols * 4), mebibytes(b.cols * b.cols * 4), added,
                mebibytes(b.rows * b.cols));
}

void compare_speed(bench& b) {
    b.run("50 %", unquantized{}, unstructured{});
    b.run("2:4", unquantized{}, n_of_m<2, 4>{});
    b.run("4 bit", searched<4>{}, none{});
    b.run("50 % + 4 bit", searched<4>{}, unstructured{});
    b.run("50 % + 4 bit, min-max", per_row<4>{}, unstructured{});
    b.run("50 % + 4 bit g128", grouped<4>{}, unstructured{});
}

/// One row for each choice, beside what it is compared with.
void compare_choices(bench& b) {
    const unstructured blocks{0.5, zero_budget::block, 128};
    obs_options published;
    published.grids = grid_time::fixed;
    published.weigh_codes = false;
    obs_options fixed;
    fixed.grids = grid_time::fixed;
    const auto refined = [](int sweeps, int quality = 0) {
        obs_options o;
        o.refine = sweeps;
        o.quality = quality;
        return o;
    };
    b.run("50 % + 3 bit", searched<3>{}, unstructured{});
    b.run("50 % + 2 bit", searched<2>{}, unstructured{});
    b.run("50 % by blocks", unquantized{}, blocks);
    b.run("50 % + 4 bit by blocks", searched<4>{}, blocks);
    b.run("50 % + 4 bit as published", per_row<4>{}, blocks, published);
    b.run("50 % + 4 bit g128, fixed grids", grouped<4>{}, unstructured{}, fixed);
    b.run("3 bit g128", grouped<3>{}, none{});
    b.run("3 bit g128, fixed grids", grouped<3>{}, none{}, fixed);
    b.run("3 bit, min-max", per_row<3>{}, none{});
    b.run("3 bit", searched<3>{}, none{});
    b.run("50 %, 1 sweep", unquantized{}, unstructured{}, refined(1));
    b.run("50 %, 5 sweeps", unquantized{}, unstructured{}, refined(5));
    b.run("2:4, 10 sweeps", unquantized{}, n_of_m<2, 4>{}, refined(10));
    b.run("4 bit, 1 sweep", searched<4>{}, none{}, refined(1));
    b.run("3 bit g128, 1 sweep", grouped<3>{}, none{}, refined(1));
    b.run("50 % + 4 bit, 1 sweep", searched<4>{}, unstructured{}, refined(1));
    b.run("50 % + 3 bit, 1 sweep", searched<3>{}, unstructured{}, refined(1));
    b.run("50 % + 2 bit, 1 sweep", searched<2>{}, unstructured{}, refined(1));
    b.run("50 %, quality 8, 5 sweeps", unquantized{}, unstructured{}, refined(5, 8));
    b.run("2:4, quality 8, 5 sweeps", unquantized{}, n_of_m<2, 4>{}, refined(5, 8));
    b.run("50 % + 4 bit, quality 8, 3 sweeps", searched<4>{}, unstructured{}, refined(3, 8));
    b.run("50 % + 4 bit, 3 sweeps", searched<4>{}, unstructured{}, refined(3));
    b.run("50 % + 2 bit, quality 8, 3 sweeps", searched<2>{}, unstructured{}, refined(3, 8));
    std::vector<float> alike(b.rows, 1.0f);
    obs_options weighted;
    weighted.row_weights = alike;
    b.run("50 % + 4 bit, rows weighted (by 1)", searched<4>{}, unstructured{}, weighted);
    std::vector<float> cross(b.cols * b.cols);  // the same inputs in both: W comes back
    for (index_t i = 0; i < b.cols; ++i) {
        for (index_t j = 0; j <= i; ++j) {
            cross[i * b.cols + j] = cross[j * b.cols + i] = b.sums.lower()(i, j);
        }
    }
    b.time("target of the dense model alone", [&](matrix_view<float> q) -> result<obs_report> {
        const status done = match_dense<float>(q, b.factor, {cross.data(), b.cols, b.cols},
                                               b.sums.tokens(), {}, b.threads);
        if (!done) { return done.error(); }
        return obs_report{};
    });
}

/// Three widths side by side, in each order.
void compare_orders(bench& b) {
    const index_t part = b.cols / 4 / 128 * 128;
    const run_recipe runs[] = {{b.cols - 2 * part, "uniform_symmetric4_g128_f16"},
                               {part, "uniform_symmetric6_g128_f16"},
                               {part, "uniform_symmetric2_g128_f16"}};
    const auto known = widths_of<widths>(runs, b.cols);
    if (!known) { stop(known.error().message); }
    std::vector<float> curvature(b.cols);
    for (index_t j = 0; j < b.cols; ++j) {
        curvature[j] = b.sums.curvature(j);
    }
    constexpr std::pair<step_order, const char*> orders[] = {
        {step_order::natural, "2, 4, 6 bit, as they lie"},
        {step_order::widest_first, "2, 4, 6 bit, widest first"},
        {step_order::narrowest_first, "2, 4, 6 bit, narrowest first"},
        {step_order::curvature, "2, 4, 6 bit, by curvature"}};
    for (const auto& [how, name] : orders) {
        auto f = factorize_in_order(b.sums, order_of(how, known.value(), curvature),
                                    {0.01, damping_rule::mean}, b.threads);
        if (!f) { stop(f.error().message); }
        obs_options o;
        o.order = f.value().order;
        b.time(name, [&](matrix_view<float> q) {
            return obs_mixed<widths>(q, f.value().factor, std::span<const run_recipe>{runs}, none{},
                                     o, b.threads);
        });
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto argument = [&](int i, unsigned long otherwise) {
        return argc > i ? std::strtoul(argv[i], nullptr, 10) : otherwise;
    };
    const index_t cols = argument(1, 768);
    const index_t rows = argument(2, cols);
    thread_pool threads{static_cast<unsigned>(argument(3, 1))};
    bench b{.rows = rows,
            .cols = cols,
            .threads = threads,
            .runs = static_cast<int>(argument(5, 3)),
            .what = argc > 6 ? argv[6] : "all",
            .weights = std::vector<float>(rows * cols),
            .factor = {},
            .sums = hessian<float>{cols},
            .factoring = {}};
    obs_recipe::weights(seed, rows, cols, b.weights.data());
    factor_recipe(b, argument(4, 16384));
    show_stages(b);
    b.measure_products();
    if (b.what != "choices") { compare_speed(b); }
    if (b.what != "speed") { compare_choices(b); }
    if (b.what == "all" || b.what == "choices") { compare_orders(b); }
}

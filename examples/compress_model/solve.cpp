// SPDX-License-Identifier: MIT
// The stream of the model that is being compressed, and the solver at each of its inputs.
#include "../quantize_model/progress.hpp"
#include "solve.hpp"

#include <gradus/calibrate/collect.hpp>
#include <gradus/compress/storage_order.hpp>
#include <gradus/solver/match_dense.hpp>

#include <algorithm>
#include <chrono>
#include <numeric>

namespace compress_model {

using namespace gradus;

namespace {

using clock = std::chrono::steady_clock;

double since(clock::time_point start) {
    return std::chrono::duration<double>(clock::now() - start).count();
}

/// Both triangles of X^T X.
std::vector<float> square_of(const input_statistics<>& s) {
    const index_t n = s.width();
    std::vector<float> square(n * n);
    const matrix_view<float> all{square.data(), n, n};
    s.products().copy_lower(all);
    for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j < i; ++j) {
            all(j, i) = all(i, j);
        }
    }
    return square;
}

/// sum over rows of e S e^T.
double energy_of(matrix_view<const float> e, matrix_view<const float> s, thread_pool& threads) {
    std::vector<float> product(e.size());
    multiply(operand<float>::along_rows(e), operand<float>::down_rows(s),
             matrix_view<float>{product.data(), e.rows, e.cols}, threads);
    double sum = 0.0;
    for (index_t r = 0; r < e.rows; ++r) {
        for (index_t j = 0; j < e.cols; ++j) {
            sum += static_cast<double>(e(r, j)) * static_cast<double>(product[r * e.cols + j]);
        }
    }
    return sum;
}

/// ||(W - Q) X||^2 / ||W X||^2; `square`: X^T X.
double relative_error(const named_matrix& w,
                      const std::vector<float>& q,
                      std::span<const float> square,
                      thread_pool& threads) {
    std::vector<float> lost(q.size());
    for (index_t i = 0; i < q.size(); ++i) {
        lost[i] = w.values[i] - q[i];
    }
    const matrix_view<const float> s{square.data(), w.cols, w.cols};
    const double whole = energy_of(w.view(), s, threads);
    const double part = energy_of({lost.data(), w.rows, w.cols}, s, threads);
    return whole > 0.0 ? part / whole : 0.0;
}

const matrix_plan& plan_for(const bit_plan& plan, const std::string& name) {
    const auto at = std::find_if(plan.matrices.begin(), plan.matrices.end(),
                                 [&](const matrix_plan& m) { return m.name == name; });
    GRADUS_EXPECT(at != plan.matrices.end());
    return *at;
}

/// By columns as they come, soft enough that a target stays near the weights: a tenth of the median
/// curvature. A fiftieth and a half came out within a twentieth of it.
result<obs_factor<float>> target_factor(const input_statistics<>& statistics,
                                        thread_pool& threads) {
    std::vector<index_t> natural(statistics.width());
    std::iota(natural.begin(), natural.end(), index_t{0});
    return factorize(hessian_in_order(statistics, natural), {0.1, damping_rule::median}, threads);
}

/// Solves the matrices of an input and puts them into the model.
class input_job {
  public:
    input_job(const session& job,
              const survey& known,
              const bit_plan& plan,
              const zero_rule& zeros,
              method how,
              llama& model,
              solved_model& out)
        : job_{job},
          known_{known},
          plan_{plan},
          zeros_{zeros},
          how_{how},
          model_{model},
          out_{out} {}

    status operator()(index_t step, distinct_input input, input_statistics<>& statistics) {
        const auto start = clock::now();
        const stored_input& stored = known_.inputs.at(statistics.name());
        auto f = how_ == method::rounding ? factor_of_nothing(statistics.width(), job_.threads)
                                          : factor_of(statistics, stored);
        if (!f && f.error().code == errc::no_effect) {
            // All that feeds this input was pruned: whatever its matrices hold, zero comes out.
            const index_t all = statistics.width();
            out_.findings.push_back(*find_dead(statistics.name(), all, all));
            f = factor_of_nothing(all, job_.threads);
        }
        if (!f) { return f.error(); }
        if (const auto retry = find_retry(statistics.name(), f->factor.report)) {
            out_.findings.push_back(*retry);
        }
        const index_t n = statistics.width();
        out_.statistics_bytes = std::max<std::uint64_t>(
            out_.statistics_bytes, input_statistics<>::memory(n) + 2 * n * n * sizeof(float));
        std::optional<obs_factor<float>> target;
        if (statistics.parts().cross) {
            auto soft = target_factor(statistics, job_.threads);
            if (soft) { target.emplace(std::move(*soft)); }  // else nothing comes in: no target
        }
        const std::vector<float> square = square_of(statistics);
        for (const std::string_view reader : llama_readers(input)) {
            const std::string name = layer_name(step, reader);
            auto wanted = target_of(job_.weights.at(name), statistics, target);
            if (!wanted) { return wanted.error(); }
            status solved = solve_one(name, *wanted, stored, statistics, square, *f);
            if (!solved) { return solved; }
        }
        out_.solution_seconds += since(start);
        return done{};
    }

  private:
    result<ordered_factor<float>> factor_of(const input_statistics<>& statistics,
                                            const stored_input& stored) const {
        const auto lone = lone_curvature(job_, statistics);
        if (!lone) { return lone.error(); }
        return processing_factor(job_, statistics, stored.order, *lone, zeros_);
    }

    result<mixed_codes>
    codes_of(std::vector<float>& w, const matrix_plan& plan, const ordered_factor<float>& f) const {
        const matrix_view<float> view{w.data(), plan.rows, plan.cols};
        obs_options o;
        o.grids = job_.rules().grids;
        if (how_ == method::joint) {
            o.refine = job_.wanted.refine;
            o.quality = zeros_.choice == zero_rule::kind::share ? job_.wanted.quality : 0;
        } else if (zeros_.choice != zero_rule::kind::none) {
            if (status pruned = prune_matrix(view, f, zeros_, job_.threads); !pruned) {
                return pruned.error();
            }
        }
        return solve_matrix(view, f, plan.runs, zeros_, o, job_.threads);
    }

    /// Coarse columns first, so that precise ones answer for them; where widths are equal, as in
    /// `f`.
    [[nodiscard]] static std::vector<index_t> narrowest_first(const matrix_plan& plan,
                                                              std::span<const index_t> order) {
        std::vector<int> width;
        for (index_t r = 0; r < plan.runs.size(); ++r) {
            width.insert(width.end(), plan.runs[r].cols, plan.widths[r]);
        }
        std::vector<index_t> sorted(order.begin(), order.end());
        std::stable_sort(sorted.begin(), sorted.end(),
                         [&](index_t a, index_t b) { return width[a] < width[b]; });
        return sorted;
    }

    /// In the order of `f` and, where widths are mixed, narrowest first: whichever loses less.
    /// `w` becomes the values of the codes.
    result<mixed_codes> best_codes(std::vector<float>& w,
                                   const matrix_plan& plan,
                                   const stored_input& stored,
                                   const input_statistics<>& statistics,
                                   const ordered_factor<float>& f) const {
        const bool mixed = plan.runs.size() > 1 && how_ != method::rounding &&
                           zeros_.choice != zero_rule::kind::two_of_four;
        if (!mixed || job_.wanted.order != "best") { return codes_of(w, plan, f); }
        const auto other =
            factorize_in_order(hessian_in_order(statistics, stored.order),
                               narrowest_first(plan, f.order), job_.damping(), job_.threads);
        if (!other) { return codes_of(w, plan, f); }  // zero came in: `f` is of no inputs
        std::vector<float> second = w;
        auto one = codes_of(w, plan, f);
        auto two = codes_of(second, plan, *other);
        if (!one || (two && one->loss <= two->loss)) { return one; }
        if (!two) { return two; }
        w = std::move(second);
        return two;
    }

    /// The weights that the solver starts from: the model's, or `--match` of the way to those that
    /// make up for what earlier matrices have lost.
    result<std::vector<float>> target_of(const named_matrix& m,
                                         const input_statistics<>& statistics,
                                         const std::optional<obs_factor<float>>& f) const {
        std::vector<float> w(m.values.begin(), m.values.end());
        if (!f) { return w; }
        const status matched =
            match_dense<float>({w.data(), m.rows, m.cols}, *f, statistics.cross().view(),
                               statistics.tokens(), {}, job_.threads);
        if (!matched) { return matched.error(); }
        const auto share = static_cast<float>(job_.wanted.match);
        for (index_t i = 0; i < w.size(); ++i) {
            w[i] = m.values[i] + share * (w[i] - m.values[i]);
        }
        return w;
    }

    status solve_one(const std::string& name,
                     const std::vector<float>& target,
                     const stored_input& stored,
                     const input_statistics<>& statistics,
                     std::span<const float> square,
                     const ordered_factor<float>& f) {
        const named_matrix& m = job_.weights.at(name);
        const matrix_plan& plan = plan_for(plan_, name);
        std::vector<float> w = columns_in_order({target.data(), m.rows, m.cols}, stored.order);
        auto codes = best_codes(w, plan, stored, statistics, f);
        if (!codes) {
            return error{codes.error().code, "matrix '" + name + "': " + codes.error().message};
        }
        solved_matrix one{std::move(codes->matrix),
                          columns_put_back({w.data(), m.rows, m.cols}, stored.order)};
        if (const auto same = find_no_effect(name, m.values, one.values, codes->loss)) {
            return error{errc::no_effect, same->message};
        }
        const auto zeros = static_cast<index_t>(std::count(w.begin(), w.end(), 0.0f));
        one.zeros = static_cast<double>(zeros) / static_cast<double>(w.size());
        if (zeros_.choice == zero_rule::kind::share) {
            const unstructured wanted{zeros_.share};
            if (const auto lost = find_lost_zeros(name, zeros, wanted.zeros(w.size()))) {
                return error{errc::no_effect, lost->message};
            }
        }
        one.relative_error = relative_error(m, one.values, square, job_.threads);
        auto part = make_part(f32_panels{weights_view{one.values.data(), m.rows, m.cols}});
        if (status put = model_.replace(name, {std::move(part)}); !put) { return put; }
        out_.matrices.insert_or_assign(name, std::move(one));
        return done{};
    }

    const session& job_;
    const survey& known_;
    const bit_plan& plan_;
    const zero_rule& zeros_;
    method how_;
    llama& model_;
    solved_model& out_;
};

}  // namespace

result<solved_model> solve_model(const session& job,
                                 const survey& known,
                                 const bit_plan& plan,
                                 const zero_rule& zeros,
                                 method how) {
    const auto start = clock::now();
    solved_model out;
    llama model = *job.model;
    auto stream = block_stream<llama>::start(model, job.calibration);
    if (!stream) { return stream.error(); }
    // Rounding looks at no inputs, and so at none that have drifted.
    const statistics_parts parts{.cross = how != method::rounding && job.wanted.match > 0.0};
    auto dense = block_stream<llama>::start(*job.model, job.calibration);
    if (!dense) { return dense.error(); }
    quantize_model::progress bar{"solving", 4 * model.plan().size()};
    input_job solve{job, known, plan, zeros, how, model, out};
    const auto one = [&](index_t step, distinct_input input, input_statistics<>& s) {
        bar.advance();
        return solve(step, input, s);
    };
    sequential_state<> state;
    while (!stream->at_end()) {
        status ran = collect_sequentially(*stream, parts.cross ? &*dense : nullptr, state, one,
                                          parts, job.threads);
        if (!ran) { return ran.error(); }
    }
    out.calibration_seconds = since(start) - out.solution_seconds;
    return out;
}

}  // namespace compress_model

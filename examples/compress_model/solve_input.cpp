// SPDX-License-Identifier: MIT
// One factor, several matrices; the order that loses less; checks.
#include "check_solution.hpp"
#include "dense_target.hpp"
#include "relative_error.hpp"
#include "solve_input.hpp"

#include <gradus/compress/storage_order.hpp>

#include <algorithm>

namespace compress_model {

using namespace gradus;

namespace {

/// Coarse columns first, so that precise ones answer for them; where widths are equal, as in
/// `order`.
std::vector<index_t> narrowest_first(const matrix_plan& plan, std::span<const index_t> order) {
    std::vector<int> width;
    for (index_t r = 0; r < plan.runs.size(); ++r) {
        width.insert(width.end(), plan.runs[r].cols, plan.widths[r]);
    }
    std::vector<index_t> sorted(order.begin(), order.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](index_t a, index_t b) { return width[a] < width[b]; });
    return sorted;
}

}  // namespace

status input_job::operator()(index_t step, distinct_input input, input_statistics<>& statistics) {
    const stored_input& stored = known_.inputs.at(statistics.name());
    auto starts = starts_of(job_, step, input, statistics);
    if (!starts) { return starts.error(); }
    auto f = factor_of(statistics, stored);
    if (!f) { return f.error(); }
    const shared all{stored, statistics, std::move(*f)};
    const bool last_step = step + 1 == model_.plan().size();
    auto start = starts->begin();
    for (const std::string_view reader : llama_readers(input)) {
        const std::string name = layer_name(step, reader);
        const bool last = last_step && input == distinct_input::down;
        auto one = solve_one(name, all, last ? *start : std::move(*start));
        if (!one) { return one.error(); }
        plan_.store(name, one->packed.size_in_bits());
        if (last && !plan_.met()) {
            one = solve_last(name, all, *start, std::move(*one));
            if (!one) { return one.error(); }
        }
        const weights_view values{one->values.data(), one->packed.rows, one->packed.cols};
        status put = model_.replace(name, {make_part(f32_panels{values})});
        if (!put) { return put; }
        out_.matrices.insert_or_assign(name, std::move(*one));
        ++start;
    }
    follow(step, input);
    return done{};
}

void input_job::follow(index_t step, distinct_input input) {
    const bool last_step = step + 1 == model_.plan().size();
    if (last_step || input == distinct_input::down) { plan_.follow(); }
}

result<ordered_factor<float>> input_job::factor_of(const input_statistics<>& statistics,
                                                   const stored_input& stored) {
    const index_t n = statistics.width();
    if (how_ == method::rounding) { return factor_of_nothing(n, job_.threads); }
    const auto lone = lone_curvature(job_, statistics, zeros_);
    auto f = lone ? processing_factor(job_, statistics, stored.order, *lone, zeros_)
                  : result<ordered_factor<float>>{lone.error()};
    if (!f && f.error().code == errc::no_effect) {
        // All that feeds this input was pruned: whatever its matrices hold, zero comes out.
        out_.findings.push_back(*find_dead(statistics.name(), n, n));
        return factor_of_nothing(n, job_.threads);
    }
    if (!f) { return f; }
    if (const auto retry = find_retry(statistics.name(), f->factor.report)) {
        out_.findings.push_back(*retry);
    }
    return f;
}

obs_options input_job::options_of_obs() const {
    obs_options o;
    o.grids = job_.rules().grids;
    if (how_ != method::joint) { return o; }
    o.refine = job_.wanted.refine;
    o.quality = zeros_.choice == zero_rule::kind::none ? 0 : job_.wanted.quality;
    return o;
}

/// With the loss of pruning alone: the first of two steps, or, beside a joint solution, a solution
/// without a quantizer.
result<input_job::outcome> input_job::codes_of(std::vector<float>& w,
                                               const matrix_plan& plan,
                                               const ordered_factor<float>& f) const {
    const obs_options o = options_of_obs();
    double pruned_loss = -1.0;
    if (zeros_.choice != zero_rule::kind::none) {
        std::vector<float> pruned = w;
        auto loss = prune_matrix({pruned.data(), plan.rows, plan.cols}, f, zeros_, o, job_.threads);
        if (!loss) { return loss.error(); }
        pruned_loss = *loss;
        if (how_ == method::two_steps) { w = std::move(pruned); }
    }
    auto codes =
        solve_matrix({w.data(), plan.rows, plan.cols}, f, plan.runs, zeros_, o, job_.threads);
    if (!codes) { return codes.error(); }
    if (how_ == method::two_steps && pruned_loss >= 0.0) { codes->loss += pruned_loss; }
    return outcome{std::move(*codes), pruned_loss};
}

/// In the order of the factor and, where widths are mixed, narrowest first: whichever loses less.
/// `w` becomes the values of the codes.
result<input_job::outcome>
input_job::best_codes(std::vector<float>& w, const matrix_plan& plan, const shared& input) const {
    const ordered_factor<float>& f = input.factor;
    const bool mixed = plan.runs.size() > 1 && how_ != method::rounding &&
                       zeros_.choice != zero_rule::kind::two_of_four;
    if (!mixed || job_.wanted.order != "best") { return codes_of(w, plan, f); }
    const auto other = factor_in_order(input.statistics, input.stored.order,
                                       narrowest_first(plan, f.order), job_, zeros_);
    if (!other) { return codes_of(w, plan, f); }  // zero came in: `f` is of no inputs
    std::vector<float> second = w;
    auto one = codes_of(w, plan, f);
    auto two = codes_of(second, plan, *other);
    if (!one || (two && one->codes.loss <= two->codes.loss)) { return one; }
    if (!two) { return two; }
    w = std::move(second);
    return two;
}

result<solved_matrix>
input_job::solve_one(const std::string& name, const shared& input, std::vector<float> start) const {
    const named_matrix m = job_.matrix(name);
    std::vector<float> w = columns_in_order({start.data(), m.rows, m.cols}, input.stored.order);
    std::vector<float>{}.swap(start);
    auto found = best_codes(w, plan_.of(name), input);
    if (!found) {
        return error{found.error().code, "matrix '" + name + "': " + found.error().message};
    }
    solved_matrix one{std::move(found->codes.matrix), plan_.of(name),
                      columns_put_back({w.data(), m.rows, m.cols}, input.stored.order)};
    const solution_facts told{found->codes.loss, found->pruned_loss, input.stored.order,
                              job_.wanted.group};
    if (status sound = check_solution(m, one, zeros_, told); !sound) { return sound.error(); }
    const auto zeros = std::count(w.begin(), w.end(), 0.0f);
    one.zeros = static_cast<double>(zeros) / static_cast<double>(w.size());
    one.relative_error = relative_error(m, one.values, input.statistics, job_.threads);
    return one;
}

/// Other plans for a matrix until the whole meets its target; the closest one that is not above is
/// what stays.
result<solved_matrix> input_job::solve_last(const std::string& name,
                                            const shared& input,
                                            const std::vector<float>& start,
                                            solved_matrix first) {
    struct attempt {
        solved_matrix solved;
        bool fits;
    };

    const auto bits = [](const attempt& a) { return a.solved.packed.size_in_bits(); };
    attempt best{std::move(first), plan_.fits()};
    constexpr int attempts = 8;
    for (int i = 0; i < attempts && !plan_.met(); ++i) {
        plan_.plan_last_again();
        auto again = solve_one(name, input, start);
        if (!again) { return again; }
        plan_.store(name, again->packed.size_in_bits());
        attempt now{std::move(*again), plan_.fits()};
        const bool closer = now.fits == best.fits ? (bits(now) > bits(best)) == now.fits : now.fits;
        if (closer) { best = std::move(now); }
    }
    plan_.put_back(best.solved.plan, bits(best));
    return std::move(best.solved);
}

}  // namespace compress_model

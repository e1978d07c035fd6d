// SPDX-License-Identifier: MIT
// One matrix disturbed at a time, the whole model measured.
#include "worth.hpp"

#include <gradus/compress/storage_order.hpp>

namespace compress_model {

using namespace gradus;

worth::worth(const session& job) : job_{&job} {
    const calibration_text& text = job.calibration;
    for (index_t i = 0; i < text.sequences() && text.first(i) < tokens; ++i) {
        const auto sequence = text.sequence(i);
        if (sequence.size() < 2) { continue; }
        windows_.push_back({tokens_.size(), sequence.size(), 1});
        tokens_.insert(tokens_.end(), sequence.begin(), sequence.end());
    }
    base_.emplace(*job.model, window_set{tokens_, windows_}, job.threads, index_t{1} << 28);
}

result<losses> worth::of(const std::string& name,
                         std::span<const float> values,
                         index_t rows,
                         index_t cols) const {
    llama changed = *job_->model;
    auto part = make_part(f32_panels{weights_view{values.data(), rows, cols}});
    if (status put = changed.replace(name, {std::move(part)}); !put) { return put.error(); }
    return summarize(base_->compare(changed, job_->threads));
}

namespace {

/// ||W X||^2 in units of the solver's loss, from some of the rows.
double energy_of(weights_view w, const ordered_factor<float>& f, thread_pool& threads) {
    const index_t rows = std::min(w.rows, measured_rows);
    const std::vector<float> some = sample_rows(w, rows);
    const std::vector<float> nothing(some.size());
    double sum = 0.0;
    for (const double loss : column_losses<float>({some.data(), rows, w.cols},
                                                  {nothing.data(), rows, w.cols}, f, threads)) {
        sum += loss;
    }
    return sum * static_cast<double>(w.rows) / static_cast<double>(rows);
}

}  // namespace

result<matrix_worth> worth_of(const session& job,
                              const worth& scale,
                              const named_matrix& matrix,
                              const ordered_factor<float>& f,
                              std::span<const index_t> stored,
                              const zero_rule& zeros) {
    matrix_worth found{{matrix.name, {}, {}}};
    const std::vector<float> before = columns_in_order(matrix.view(), stored);
    const double energy = energy_of({before.data(), matrix.rows, matrix.cols}, f, job.threads);
    for (const int width : {3, 2}) {
        std::vector<float> w = before;
        const run_rules rules = job.rules();
        const run_recipe all{matrix.cols, layout_for(width, matrix.cols, rules.group), rules.range};
        obs_options o;
        o.grids = rules.grids;
        const auto solved =
            solve_matrix({w.data(), matrix.rows, matrix.cols}, f, {&all, 1}, zeros, o, job.threads);
        if (!solved) { return solved.error(); }
        const auto back = columns_put_back({w.data(), matrix.rows, matrix.cols}, stored);
        const auto lost = scale.of(matrix.name, back, matrix.rows, matrix.cols);
        if (!lost) { return lost.error(); }
        if (!(solved->loss > 0.0)) {
            return error{errc::no_effect, "matrix '" + matrix.name + "' loses nothing at " +
                                              std::to_string(width) + " bits"};
        }
        noise_level& level = width == 3 ? found.alpha.fine : found.alpha.coarse;
        level = {width, solved->loss / energy, lost->kld, lost->kld_low, lost->kld_high};
    }
    found.per_loss = found.alpha.alpha() / energy;
    return found;
}

}  // namespace compress_model

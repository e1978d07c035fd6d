// SPDX-License-Identifier: MIT
// Results that look fine and are not.
#include "check_solution.hpp"

#include <algorithm>
#include <set>

namespace compress_model {

using namespace gradus;

namespace {

/// A run of columns that came through few bits without any error.
std::optional<finding> find_lossless_run(const named_matrix& m,
                                         const solved_matrix& one,
                                         std::span<const index_t> order,
                                         index_t group) {
    index_t first = 0;
    for (index_t r = 0; r < one.plan.runs.size(); ++r) {
        const index_t cols = one.plan.runs[r].cols;
        double loss = 0.0;
        index_t most = 0;  // distinct values of a grid
        for (index_t row = 0; row < m.rows && loss == 0.0; ++row) {
            std::set<float> values;
            for (index_t c = first; c < first + cols; ++c) {
                const index_t at = row * m.cols + order[c];
                const double lost = static_cast<double>(m.values[at] - one.values[at]);
                loss += lost * lost;
                if ((c - first) % group == 0) { values.clear(); }
                values.insert(m.values[at]);
                most = std::max<index_t>(most, values.size());
            }
        }
        const int width = one.plan.widths[r];
        if (const auto found = find_lossless(m.name, loss, width, group, most)) { return found; }
        first += cols;
    }
    return std::nullopt;
}

}  // namespace

status check_solution(const named_matrix& m,
                      const solved_matrix& one,
                      const zero_rule& zeros,
                      const solution_facts& told) {
    const auto refuse = [](const finding& why) {
        return error{errc::no_effect, why.message + " (" + std::string{why.id} + ")"};
    };
    if (const auto same =
            find_no_effect(m.name, m.values, one.values, told.loss, told.pruned_loss)) {
        return refuse(*same);
    }
    if (const auto exact = find_lossless_run(m, one, told.order, told.group)) {
        return refuse(*exact);
    }
    if (zeros.choice != zero_rule::kind::share) { return done{}; }
    const auto count = static_cast<index_t>(std::count(one.values.begin(), one.values.end(), 0.0f));
    const unstructured wanted{zeros.share};
    if (const auto lost = find_lost_zeros(m.name, count, wanted.zeros(one.values.size()))) {
        return refuse(*lost);
    }
    return done{};
}

}  // namespace compress_model

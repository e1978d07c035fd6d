// SPDX-License-Identifier: MIT
// One instance of the solver for each rule of zeros.
#include "backend.hpp"

#include <gradus/compress/compress_menu.hpp>
#include <gradus/kernels/pack_smallest.hpp>

namespace compress_model {
namespace {

/// The runs of a pruned matrix, each in the storage that takes fewest bits.
gradus::status store_survivors(gradus::mixed_codes& solved) {
    gradus::index_t part = 0;
    for (const gradus::coded_run& run : solved.runs) {
        if (run.layout.empty()) { continue; }
        const gradus::status packed = gradus::visit_layout<gradus::compress_menu>(
            run.layout, [&]<class L>(const gradus::layout_choice<L>& choice) -> gradus::status {
                auto map = choice.map;
                if constexpr (L::codebook == gradus::codebook_scope::matrix) {
                    std::copy(run.codebook.begin(), run.codebook.end(), map.levels.begin());
                }
                auto smallest = gradus::pack_smallest<L>(run.codes.view(), map, choice.groups);
                if (!smallest) { return smallest.error(); }
                solved.matrix.runs[part++].part = std::move(*smallest);
                return gradus::done{};
            });
        if (!packed) { return packed; }
    }
    return gradus::done{};
}

}  // namespace

gradus::result<gradus::mixed_codes> solve_matrix(gradus::matrix_view<float> weights,
                                                 const gradus::ordered_factor<float>& factor,
                                                 std::span<const gradus::run_recipe> runs,
                                                 const zero_rule& zeros,
                                                 gradus::obs_options options,
                                                 gradus::thread_pool& threads) {
    options.order = factor.order;
    const auto with = [&](const auto& rule) {
        auto solved = gradus::obs_mixed<gradus::compress_menu>(weights, factor.factor, runs, rule,
                                                               options, threads);
        if (!solved || zeros.choice == zero_rule::kind::none) { return solved; }
        if (gradus::status stored = store_survivors(*solved); !stored) {
            return decltype(solved){stored.error()};
        }
        return solved;
    };
    switch (zeros.choice) {
    case zero_rule::kind::none:
        return with(gradus::none{});
    case zero_rule::kind::share:
        return with(gradus::unstructured{zeros.share});
    case zero_rule::kind::two_of_four:
        break;
    }
    return with(gradus::n_of_m<2, 4>{});
}

gradus::result<double> prune_matrix(gradus::matrix_view<float> weights,
                                    const gradus::ordered_factor<float>& factor,
                                    const zero_rule& zeros,
                                    gradus::obs_options options,
                                    gradus::thread_pool& threads) {
    options.order = factor.order;
    const auto with = [&](const auto& rule) -> gradus::result<double> {
        const auto pruned =
            gradus::obs(weights, factor.factor, gradus::unquantized{}, rule, options, threads);
        if (!pruned) { return pruned.error(); }
        return pruned->loss;
    };
    return zeros.choice == zero_rule::kind::share ? with(gradus::unstructured{zeros.share})
                                                  : with(gradus::n_of_m<2, 4>{});
}

}  // namespace compress_model

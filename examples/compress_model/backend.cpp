// SPDX-License-Identifier: MIT
// One instance of the solver for each rule of zeros.
#include "backend.hpp"

#include <gradus/compress/compress_menu.hpp>

namespace compress_model {

gradus::result<gradus::mixed_codes> solve_matrix(gradus::matrix_view<float> weights,
                                                 const gradus::ordered_factor<float>& factor,
                                                 std::span<const gradus::run_recipe> runs,
                                                 const zero_rule& zeros,
                                                 gradus::obs_options options,
                                                 gradus::thread_pool& threads) {
    options.order = factor.order;
    const auto with = [&](const auto& rule) {
        return gradus::obs_mixed<gradus::compress_menu>(weights, factor.factor, runs, rule, options,
                                                        threads);
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

gradus::status prune_matrix(gradus::matrix_view<float> weights,
                            const gradus::ordered_factor<float>& factor,
                            const zero_rule& zeros,
                            gradus::thread_pool& threads) {
    gradus::obs_options options;
    options.order = factor.order;
    const auto with = [&](const auto& rule) -> gradus::status {
        const auto pruned = gradus::obs(weights, factor.factor, gradus::unquantized{}, rule,
                                        options, threads);
        if (!pruned) { return pruned.error(); }
        return gradus::done{};
    };
    return zeros.choice == zero_rule::kind::share ? with(gradus::unstructured{zeros.share})
                                                  : with(gradus::n_of_m<2, 4>{});
}

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// Finds the share of the menu that has a layout.
#include "backend.hpp"
#include "shard.hpp"

#include <gradus/layout/shipped_menu.hpp>

#include <utility>

namespace quantize_model {

std::vector<std::string_view> menu_names() {
    return gradus::shipped_menu::names();
}

bool on_menu(const gradus::layout_name& layout) {
    return gradus::shipped_menu::contains(layout);
}

namespace {

template <int... Shards>
gradus::result<gradus::packed_part> quantize_in(std::integer_sequence<int, Shards...>,
                                                gradus::weights_view weights,
                                                const gradus::scheme& how,
                                                gradus::scheme_run run,
                                                gradus::thread_pool& threads) {
    std::pair<bool, gradus::result<gradus::packed_part>> made{
        false, gradus::error{gradus::errc::not_found, "layout not on the menu"}};
    [[maybe_unused]] const bool found =
        ((made = quantize_in_shard<Shards>(weights, how, run, threads), made.first) || ...);
    return std::move(made.second);
}

template <int... Shards>
gradus::result<gradus::part_pointer> open_in(std::integer_sequence<int, Shards...>,
                                             const gradus::packed_file& file,
                                             const gradus::described_matrix& matrix,
                                             const gradus::described_part& part,
                                             gradus::matrix_view<float> values) {
    std::pair<bool, gradus::result<gradus::part_pointer>> made{
        false, gradus::error{gradus::errc::not_found, "layout not on the menu"}};
    [[maybe_unused]] const bool found =
        ((made = open_in_shard<Shards>(file, matrix, part, values), made.first) || ...);
    return std::move(made.second);
}

using all_shards = std::make_integer_sequence<int, shard_count>;

}  // namespace

gradus::result<gradus::packed_part> quantize_matrix(gradus::weights_view weights,
                                                    const gradus::scheme& how,
                                                    std::uint64_t seed,
                                                    std::uint64_t number,
                                                    gradus::thread_pool& threads) {
    return quantize_in(all_shards{}, weights, how, {.seed = seed, .tensor = number}, threads);
}

gradus::result<gradus::part_pointer> open_part(const gradus::packed_file& file,
                                               const gradus::described_matrix& matrix,
                                               const gradus::described_part& part,
                                               gradus::matrix_view<float> values) {
    return open_in(all_shards{}, file, matrix, part, values);
}

}  // namespace quantize_model

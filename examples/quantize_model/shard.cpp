// SPDX-License-Identifier: MIT
// One share of the menu's kernels; compiled once for each value of QUANTIZE_MODEL_SHARD.
#include "shard.hpp"

#include <gradus/config/quantize_scheme.hpp>
#include <gradus/layout/shipped_menu.hpp>
#include <gradus/model/packed_llama.hpp>

namespace quantize_model {

using share = gradus::menu_shard<gradus::shipped_menu, QUANTIZE_MODEL_SHARD, shard_count>::type;

template <>
std::pair<bool, gradus::result<gradus::packed_part>>
quantize_in_shard<QUANTIZE_MODEL_SHARD>(gradus::weights_view weights,
                                        const gradus::scheme& how,
                                        gradus::scheme_run run,
                                        gradus::thread_pool& threads) {
    return gradus::quantize_scheme<share>(weights, how, run, {}, threads);
}

template <>
std::pair<bool, gradus::result<opened_matrix>>
open_in_shard<QUANTIZE_MODEL_SHARD>(const gradus::packed_file& file,
                                    const gradus::described_matrix& matrix) {
    return gradus::open_packed_matrix<share>(
        file, matrix, [&]<class L>(const gradus::packed_view<L>& view) {
            opened_matrix opened{gradus::make_part(gradus::mapped_matrix<L>{file.file(), view}),
                                 std::vector<float>(view.rows * view.cols)};
            gradus::decode(view,
                           gradus::matrix_view<float>{opened.values.data(), view.rows, view.cols});
            return opened;
        });
}

}  // namespace quantize_model

// SPDX-License-Identifier: MIT
// One share of the menu's kernels; compiled once for each value of QUANTIZE_MODEL_SHARD.
#include "shard.hpp"

#include <gradus/config/quantize_scheme.hpp>
#include <gradus/layout/shipped_menu.hpp>
#include <gradus/model/mapped_parts.hpp>

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
std::pair<bool, gradus::result<gradus::part_pointer>>
open_in_shard<QUANTIZE_MODEL_SHARD>(const gradus::packed_file& file,
                                    const gradus::described_matrix& matrix,
                                    const gradus::described_part& part,
                                    gradus::matrix_view<float> values) {
    return gradus::open_packed_part<share>(
        file, matrix, part, [&]<class L>(const gradus::packed_view<L>& view) {
            gradus::decode(view, values);
            return gradus::make_part(gradus::mapped_matrix<L>{file.file(), view});
        });
}

}  // namespace quantize_model

// SPDX-License-Identifier: MIT
// One share of the menu: what backend.cpp asks each of, and shard.cpp.in defines.
#pragma once

#include "backend.hpp"

#include <gradus/config/scheme_run.hpp>

#include <utility>

namespace quantize_model {

inline constexpr int shard_count = 4;

/// The first of each pair: whether this share of the menu has the layout.
template <int Shard>
[[nodiscard]] std::pair<bool, gradus::result<gradus::packed_part>>
quantize_in_shard(gradus::weights_view weights,
                  const gradus::scheme& how,
                  gradus::scheme_run run,
                  gradus::thread_pool& threads);

template <int Shard>
[[nodiscard]] std::pair<bool, gradus::result<gradus::part_pointer>>
open_in_shard(const gradus::packed_file& file,
              const gradus::described_matrix& matrix,
              const gradus::described_part& part,
              gradus::matrix_view<float> values);

}  // namespace quantize_model

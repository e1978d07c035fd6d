// SPDX-License-Identifier: MIT
// The layouts of the menu, compiled once and shared among several source files.
#pragma once

#include <gradus/config/scheme.hpp>
#include <gradus/core/thread_pool.hpp>
#include <gradus/io/packed_reader.hpp>
#include <gradus/layout/packed_part.hpp>
#include <gradus/model/matrix_part.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace quantize_model {

/// Names of the layouts on the menu, in its order.
[[nodiscard]] std::vector<std::string_view> menu_names();

/// Whether the menu has the layout.
[[nodiscard]] bool on_menu(const gradus::layout_name& layout);

/// Quantizes one matrix. `number` tells the tensors of a model apart for random roundings.
[[nodiscard]] gradus::result<gradus::packed_part> quantize_matrix(gradus::weights_view weights,
                                                                  const gradus::scheme& how,
                                                                  std::uint64_t seed,
                                                                  std::uint64_t number,
                                                                  gradus::thread_pool& threads);

/// A plain part of a matrix in a packed file, whose values, as the kernels see them, go to `values`
/// [rows, columns of the run].
[[nodiscard]] gradus::result<gradus::part_pointer> open_part(const gradus::packed_file& file,
                                                             const gradus::described_matrix& matrix,
                                                             const gradus::described_part& part,
                                                             gradus::matrix_view<float> values);

}  // namespace quantize_model

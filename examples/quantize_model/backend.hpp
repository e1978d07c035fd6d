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

/// The part of a matrix in a packed file, and its values as the kernels see them.
struct opened_matrix {
    gradus::part_pointer part;
    std::vector<float> values;  // [rows, cols]
};

[[nodiscard]] gradus::result<opened_matrix> open_matrix(const gradus::packed_file& file,
                                                        const gradus::described_matrix& matrix);

}  // namespace quantize_model

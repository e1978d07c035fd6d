// SPDX-License-Identifier: MIT
// The kernels of the menu.
#include "backend.hpp"

#include <gradus/compress/compress_menu.hpp>
#include <gradus/model/sparse_parts.hpp>

namespace compress_model {

gradus::result<gradus::part_pointer> open_part(const gradus::packed_file& file,
                                               const gradus::described_matrix& matrix,
                                               const gradus::described_part& part) {
    return gradus::open_any_part<gradus::compress_menu>(file, matrix, part).second;
}

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// Uses gradus with nothing but compiler flags. xsimd is among what the flags must reach.
#include <gradus/core/config.hpp>
#include <gradus/core/matrix_view.hpp>

#include <xsimd/xsimd.hpp>

#include <cstdio>

int main() {
    float data[6] = {1, 2, 3, 4, 5, 6};
    const gradus::matrix_view<float> m{data, 2, 3};
    std::printf("%s %g\n", gradus::isa_name, static_cast<double>(m(1, 2)));
    return m(1, 2) == 6 ? 0 : 1;
}

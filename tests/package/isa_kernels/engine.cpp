// SPDX-License-Identifier: MIT
// One tile of sixteen rows: scales of 0.5 (f16 0x3800), and codes 9, which decode to 9 - 8 = 1.
#include "kernels.hpp"

#include <gradus/kernels/dispatch.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

float first_sum(const char* limit);

float first_sum(const char* limit) {
    const auto chosen = gradus::dispatch(engine::kernels, limit);
    if (!chosen) {
        std::printf("%s\n", chosen.error().message.c_str());
        return 0.0f;
    }
    std::byte bytes[16 * 2 + 16 * 16];
    for (int i = 0; i < 16; ++i) {
        bytes[2 * i] = std::byte{0x00};
        bytes[2 * i + 1] = std::byte{0x38};
    }
    std::fill(std::begin(bytes) + 32, std::end(bytes), std::byte{0x99});
    std::array<float, 32> x;
    x.fill(1.0f);
    std::array<float, 16> y{};
    chosen.value()->of<engine::int4>().f32.gemv({bytes, 16, 32}, x, y);
    std::printf("%s %g\n", chosen.value()->isa, static_cast<double>(y[0]));
    return y[0];
}

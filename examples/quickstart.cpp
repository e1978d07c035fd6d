// SPDX-License-Identifier: MIT
// The first steps: quantize a matrix, multiply by it, see what it takes.
#include <gradus/core/random.hpp>
#include <gradus/kernels/gemv.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

namespace {

/// Numbers that look like weights: symmetric, most of them small.
std::vector<float> some_values(gradus::index_t count, std::uint64_t seed) {
    const auto key = gradus::random_key::of(seed);
    std::vector<float> values(count);
    for (gradus::index_t i = 0; i < count; ++i) {
        const double sum = key.uniform(3 * i) + key.uniform(3 * i + 1) + key.uniform(3 * i + 2);
        values[i] = static_cast<float>(sum - 1.5);
    }
    return values;
}

}  // namespace

int main() {
    const std::vector<float> values = some_values(256 * 1024, 1);
    const std::vector<float> x = some_values(1024, 2);
    std::vector<float> y(256);

    // [snippet] README.md shows these lines.
    using int4 = gradus::layout<gradus::uniform_symmetric<4>, gradus::group<128>>;
    const gradus::weights_view weights{values.data(), 256, 1024};  // [out, in]
    const auto packed = gradus::quantize(weights, gradus::recipe<int4, gradus::mse_search>{});
    if (!packed) {
        std::fprintf(stderr, "%s\n", packed.error().message.c_str());
        return 1;
    }
    gradus::gemv(packed.value().view(), x, y);  // y [out] = weights x [in]
    std::printf("%.3f bits per weight\n", packed.value().bits_per_weight());
    // [/snippet]

    double error = 0.0;
    double size = 0.0;
    for (gradus::index_t r = 0; r < weights.rows; ++r) {
        double exact = 0.0;
        for (gradus::index_t c = 0; c < weights.cols; ++c) {
            exact += static_cast<double>(weights(r, c)) * static_cast<double>(x[c]);
        }
        error += std::pow(static_cast<double>(y[r]) - exact, 2.0);
        size += exact * exact;
    }
    std::printf("relative error of the product: %.4f\n", std::sqrt(error / size));
    return error < 0.03 * size ? 0 : 1;
}

// SPDX-License-Identifier: MIT
// A mapping, a range estimator and a rounding of your own: no registration, no base class.
#include <gradus/core/random.hpp>
#include <gradus/kernels/gemv.hpp>
#include <gradus/quantize/quantize.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

/// decode(c) = 0 for c = 7, else +-2^-k * scale, k = 0 ... 6: products become shifts.
struct power_of_two {
    static constexpr std::string_view name = "power_of_two4";
    static constexpr int bits = 4;
    static constexpr int codes = 15;
    using params = gradus::scale_only;

    params fit(gradus::interval range) const noexcept {
        return {std::max(std::abs(range.lo), std::abs(range.hi))};
    }

    gradus::bracket locate(float x, params p) const noexcept {
        gradus::code_t lower = 0;
        while (lower < codes - 2 && decode(gradus::code_t(lower + 1), p) <= x) {
            ++lower;
        }
        const float below = decode(lower, p);
        const float gap = decode(gradus::code_t(lower + 1), p) - below;
        return {lower, gap > 0.0f ? std::clamp((x - below) / gap, 0.0f, 1.0f) : 0.0f};
    }

    float decode(gradus::code_t c, params p) const noexcept {
        return c < 7 ? std::ldexp(-p.scale, -c) : c > 7 ? std::ldexp(p.scale, c - 14) : 0.0f;
    }
};

/// Some root mean squares to either side: a few outliers are clamped, the rest gets finer levels.
struct root_mean_square {
    static constexpr std::string_view name = "root_mean_square";
    float factor = 2.5f;

    template <gradus::mapping M>
    gradus::interval operator()(gradus::floats values, gradus::floats, const M&) const noexcept {
        float sum = 0.0f;
        for (const float x : values) {
            sum += gradus::rounded(x * x);  // the same bytes with and without fused multiply-add
        }
        const float reach = factor * std::sqrt(sum / static_cast<float>(values.size()));
        return {-reach, reach};
    }
};

/// Halfway goes to the upper level, where `nearest` takes the even code.
struct half_up {
    static constexpr std::string_view name = "half_up";
    static constexpr bool memoryless = true;

    struct state : gradus::nearest::state {
        gradus::code_t choose(gradus::bracket b) const noexcept {
            return gradus::code_t(b.lower + (b.t >= 0.5f ? 1 : 0));
        }
    };

    state start(gradus::index_t) const noexcept { return {}; }
};

int main() {
    constexpr gradus::index_t rows = 40, cols = 300;
    const auto key = gradus::random_key::of(1);
    std::vector<float> values(rows * cols), decoded(rows * cols), x(cols, 1.0f), y(rows);
    for (gradus::index_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>(key.uniform(2 * i) + key.uniform(2 * i + 1) - 1.0);
    }

    using mine = gradus::layout<power_of_two, gradus::group<64>>;
    const gradus::weights_view weights{values.data(), rows, cols};
    const auto packed =
        gradus::quantize(weights, gradus::recipe<mine, root_mean_square, half_up>{});
    if (!packed) { return std::fprintf(stderr, "%s\n", packed.error().message.c_str()), 1; }
    gradus::decode(packed.value().view(), gradus::matrix_view<float>{decoded.data(), rows, cols});
    gradus::gemv(packed.value().view(), x, y);

    double error = 0.0, size = 0.0, product = 0.0;
    for (gradus::index_t r = 0; r < rows; ++r) {
        double sum = 0.0;  // x is all ones: the product is the sum of the row
        for (gradus::index_t i = r * cols; i < (r + 1) * cols; ++i) {
            error +=
                std::pow(static_cast<double>(decoded[i]) - static_cast<double>(values[i]), 2.0);
            size += std::pow(static_cast<double>(values[i]), 2.0);
            sum += static_cast<double>(decoded[i]);
        }
        product = std::max(product, std::abs(static_cast<double>(y[r]) - sum));
    }
    std::printf("%s: %.3f bits per weight, relative error %.4f, gemv off by %.1e\n",
                mine::name.view().data(), packed.value().bits_per_weight(), std::sqrt(error / size),
                product);
    return error < 0.05 * size && product < 1e-3 ? 0 : 1;
}

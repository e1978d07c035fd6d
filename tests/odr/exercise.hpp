// SPDX-License-Identifier: MIT
// Uses as much of the library as it can, so that its bodies are emitted where they can be.
//
// To extend: write one `inline` function template or function below that uses the new thing, and
// call it from `exercise()`. Functions here are tagged, as those of a user with two instruction
// sets must be; what is handed to the library as a type (functors, elements) should be untagged or
// a function pointer, as a tagged type would hide an untagged template that it is an argument of.
#pragma once

#include <gradus/config/parse_scheme.hpp>
#include <gradus/config/quantize_scheme.hpp>
#include <gradus/core/aligned_buffer.hpp>
#include <gradus/core/config.hpp>
#include <gradus/core/contract.hpp>
#include <gradus/core/executor.hpp>
#include <gradus/core/half.hpp>
#include <gradus/core/label.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/core/random.hpp>
#include <gradus/core/result.hpp>
#include <gradus/core/thread_pool.hpp>
#include <gradus/grouping/variance_adaptive.hpp>
#include <gradus/kernels/gemm_runs.hpp>
#include <gradus/kernels/gemv.hpp>
#include <gradus/kernels/pack_codes.hpp>
#include <gradus/kernels/permute_columns.hpp>
#include <gradus/kernels/sparse_gemm.hpp>
#include <gradus/layout/find_bad_entry.hpp>
#include <gradus/layout/mixed_matrix.hpp>
#include <gradus/layout/shipped_menu.hpp>

#include <atomic>
#include <cstdint>
#include <vector>

namespace exercise {

/// Read and written through `volatile`, so that the optimiser cannot fold the exercise away.
inline volatile float input = 1.5f;

inline std::atomic<unsigned> visits = 0;

inline namespace GRADUS_ISA {

/// Adds up whatever is fed to it.
struct digest {
    std::uint64_t word = 0;

    void feed(std::uint64_t x) { word = gradus::mix64(word ^ x); }
};

inline void halves(digest& sum) {
    sum.feed(gradus::f16::from(input).bits);
    sum.feed(gradus::bf16::from(input).bits);
    sum.feed(static_cast<std::uint64_t>(gradus::f16{0x4200}.value() * input));
    sum.feed(static_cast<std::uint64_t>(gradus::bf16{0x4040}.value() * input));
}

inline void random_numbers(digest& sum) {
    const auto key = gradus::random_key::of(static_cast<std::uint64_t>(input), 2, 3);
    sum.feed(key.bits(1));
    sum.feed(static_cast<std::uint64_t>(key.uniform(2) * 0x1p53));
    sum.feed(key.below(100, 3));
}

inline void labels(digest& sum) {
    gradus::label name;
    name.append("grid");
    const gradus::label longer = name + "_" + static_cast<unsigned>(input);
    sum.feed(longer.view().size());
}

inline void views(digest& sum) {
    float data[6] = {input, 2, 3, 4, 5, 6};
    gradus::matrix_view<float> empty;
    const gradus::matrix_view<float> m{data, 2, 3};
    empty = m.block(1, 1);
    const gradus::weights_view w = empty;
    sum.feed(static_cast<std::uint64_t>(w(0, 1) + w.row(0)[2]) + w.size() + m.size());
}

inline void buffers(digest& sum) {
    gradus::aligned_buffer a{static_cast<std::size_t>(input) + 99};
    gradus::aligned_buffer b = a;
    b.bytes()[0] = std::byte{7};
    a = std::move(b);
    sum.feed(a.size() + static_cast<std::uint64_t>(a.bytes()[0]));
}

inline gradus::status check(float x) {
    if (x < 0) { return gradus::error{gradus::errc::out_of_range, "negative"}; }
    return gradus::done{};
}

inline void results(digest& sum) {
    const auto good = check(input);
    const auto bad = check(-input);
    sum.feed(good.has_value() ? 1 : 0);
    sum.feed(bad.error().message.size());
    gradus::result<float> number = float{input};
    sum.feed(static_cast<std::uint64_t>(*number + number.value()));
}

inline void loops(digest& sum) {
    const auto before = visits.load();
    void (*visit)(gradus::index_t) = [](gradus::index_t) { ++visits; };
    gradus::serial{}.for_each(3, visit);
    gradus::thread_pool pool{2};
    pool.for_each(5, visit);
    sum.feed(visits.load() - before);
}

/// Every mapping, scale format, packing and grouping once, and each range and rounding.
using small_menu =
    gradus::menu<gradus::layout<gradus::uniform_symmetric<3>, gradus::group<>, gradus::log8_scale>,
                 gradus::layout<gradus::uniform_asymmetric<4>, gradus::group<32>>,
                 gradus::layout<gradus::shifted<gradus::uniform_symmetric<2>>,
                                gradus::group<>,
                                gradus::bf16_scale>,
                 gradus::layout<gradus::normal_quantile<4>, gradus::group<>>,
                 gradus::layout<gradus::normal_quantile<2, gradus::normal_placement::equal_mass>,
                                gradus::group<>>,
                 gradus::layout<gradus::adaptive_quantile<5>, gradus::channel, gradus::f32_scale>,
                 gradus::layout<gradus::binary, gradus::group<>>,
                 gradus::layout<gradus::ternary, gradus::tensor>>;

inline void quantizers(digest& sum) {
    std::vector<float> weights(20 * 70);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        weights[i] = static_cast<float>(i * 37 % 101) * input - 70.0f;
    }
    gradus::thread_pool pool{2};
    for (const char* name :
         {"uniform_symmetric3_g32_log8_mse=2.5", "uniform_asymmetric4_g32_percentile=90_stochastic",
          "uniform_symmetric2@0.5_g50_bf16_kl_error_diffusing", "normal_quantile4_g16_noisy",
          "normal_quantile2:equal_mass_g70_mse", "adaptive_quantile5_channel_f32_mse",
          "binary_g64_mse", "ternary_tensor_mse"}) {
        const auto how = gradus::parse_scheme(name);
        auto made = gradus::quantize_scheme<small_menu>({weights.data(), 20, 70}, how.value(), {},
                                                        {}, pool);
        for (const std::byte b : made.second.value().bytes.bytes()) {
            sum.feed(static_cast<std::uint64_t>(b));
        }
    }
}

inline void products(digest& sum) {
    std::vector<float> weights(18 * 33, float{input});
    std::vector<float> x(33, 1.0f);
    std::vector<float> y(18);
    using int4 = gradus::layout<gradus::uniform_symmetric<4>, gradus::group<32>>;
    const auto packed = gradus::quantize(gradus::weights_view{weights.data(), 18, 33},
                                         gradus::recipe<int4, gradus::mse_search>{})
                            .value();
    gradus::gemv(packed.view(), std::span<const float>{x}, std::span<float>{y});
    const gradus::f32_panels panels{gradus::weights_view{weights.data(), 18, 33}};
    gradus::gemm(panels, {x.data(), 1, 33}, {y.data(), 1, 18}, gradus::accumulation::add);
    gradus::decode(packed.view(), gradus::matrix_view<float>{weights.data(), 18, 33});
    constexpr gradus::index_t sizes[] = {16, 32};
    sum.feed(gradus::variance_adaptive{}.pick({weights.data(), 18, 33}, sizes).size +
             static_cast<std::uint64_t>(y[3]));
}

inline void sums_of_parts(digest& sum) {
    using int4 = gradus::layout<gradus::uniform_asymmetric<4>, gradus::group<8>>;
    gradus::plain_codes plain{3, 10, 3, 2, {}, {}, {}, {}};
    plain.codes.assign(30, static_cast<gradus::code_t>(input));
    plain.scales.assign(6, float{input});
    plain.zeros.assign(6, gradus::code_t{2});
    const auto packed = gradus::pack_codes<int4>(plain.view()).value();
    sum.feed(gradus::unpack_codes(packed.view()).codes.size());
    const gradus::sparse_entry entry[] = {{1, 3, float{input}}};
    const auto sparse = gradus::sparse_f16::of(3, 4, entry).value();
    sum.feed(gradus::find_bad_entry(sparse.view()) ? 1 : 0);
    const gradus::index_t sources[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0};
    const auto order = gradus::column_order::of(sources).value();
    std::vector<float> x(28, float{input});
    std::vector<float> y(28);
    gradus::permute_columns(order.view(), {x.data(), 2, 14}, {y.data(), 2, 14});
    gradus::gemm_runs({y.data(), 2, 14}, {x.data(), 2, 3}, gradus::accumulation::add, packed.view(),
                      sparse.view().block(0, 3));
    gradus::add_entries(sparse.view(), {y.data(), 3, 4});
    auto whole = gradus::mixed_of(gradus::part_of(gradus::packed_matrix<int4>{packed}));
    whole.outliers = sparse;
    sum.feed(whole.size_in_bits() + (whole.find_bad_part() ? 1u : 0u) +
             static_cast<std::uint64_t>(16.0f * (x[3] + y[7])));
}

/// The same number on every instruction set.
inline std::uint64_t all() {
    digest sum;
    halves(sum);
    random_numbers(sum);
    labels(sum);
    views(sum);
    buffers(sum);
    results(sum);
    loops(sum);
    quantizers(sum);
    products(sum);
    sums_of_parts(sum);
    return sum.word;
}

}  // namespace GRADUS_ISA
}  // namespace exercise

// SPDX-License-Identifier: MIT
// One program for every machine: its kernels are chosen when it starts.
//
//   dispatch [ISA]       ISA: scalar, avx2, ...; else GRADUS_ISA_LIMIT, else the best there is
#include "kernels.hpp"

#include <gradus/core/random.hpp>
#include <gradus/kernels/dispatch.hpp>
#include <gradus/quantize/quantize.hpp>

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

constexpr gradus::index_t rows = 100;
constexpr gradus::index_t cols = 300;

/// Decodes and multiplies by the chosen kernels; prints a hash of the values and a sum.
template <class L>
bool show(const gradus::abi::kernel_table<L>& with, const std::vector<float>& values) {
    const auto packed =
        gradus::quantize(gradus::weights_view{values.data(), rows, cols}, gradus::recipe<L>{});
    if (!packed) { return false; }
    std::vector<float> decoded(rows * cols);
    with.decode(packed->view(), {decoded.data(), rows, cols});
    std::uint64_t hash = 0;
    for (const float x : decoded) {
        hash = gradus::mix64(hash ^ std::bit_cast<std::uint32_t>(x));
    }
    const std::vector<float> ones(cols, 1.0f);
    std::vector<float> sums(rows);
    with.f32.gemv(packed->view(), ones, sums);
    std::printf("%s %016" PRIx64 " %.4f\n", L::name.text, hash, static_cast<double>(sums[0]));
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    const auto chosen = argc > 1 ? gradus::dispatch(kernels, argv[1]) : gradus::dispatch(kernels);
    if (!chosen) {
        std::fprintf(stderr, "dispatch: %s\n", chosen.error().message.c_str());
        return 1;
    }
    const gradus::abi::kernel_tables<int4, nq3>& with = *chosen.value();
    std::printf("%s\n", with.isa);
    std::vector<float> values;
    for (gradus::index_t i = 0; i < rows * cols; ++i) {
        values.push_back(static_cast<float>(gradus::random_key::of(1).uniform(i)) - 0.5f);
    }
    return show<int4>(with.of<int4>(), values) && show<nq3>(with.of<nq3>(), values) ? 0 : 1;
}

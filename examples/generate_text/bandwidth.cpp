// SPDX-License-Identifier: MIT
// Sums a buffer of floats.
#include "bandwidth.hpp"
#include "generation.hpp"
#include "median.hpp"

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/simd/batch.hpp>

namespace generate_text {
namespace {

constexpr index_t sums = 8;  // enough that additions wait for memory, not for each other
constexpr index_t stretch = sums * gradus::simd::lanes;
constexpr std::uint64_t bytes_a_trial = std::uint64_t{1} << 26;
constexpr int trials = 9;

/// Starts from the last result, so that no pass can be left out.
float sum_of(const float* from, index_t count, float start) {
    gradus::simd::f32x16 part[sums];
    for (index_t j = 0; j < sums; ++j) {
        part[j] = gradus::simd::f32x16{start};
    }
    for (index_t i = 0; i < count; i += stretch) {
        for (index_t j = 0; j < sums; ++j) {
            part[j] = part[j] + gradus::simd::f32x16::load(from + i + j * gradus::simd::lanes);
        }
    }
    for (index_t j = 1; j < sums; ++j) {
        part[0] = part[0] + part[j];
    }
    return sum(part[0]);
}

}  // namespace

double read_bandwidth(std::uint64_t bytes, gradus::thread_pool& threads) {
    const index_t workers = threads.size();
    const index_t share = std::max<index_t>(bytes / sizeof(float) / workers / stretch, 1) * stretch;
    const gradus::aligned_buffer buffer{workers * share * sizeof(float)};
    const auto* values = static_cast<const float*>(static_cast<const void*>(buffer.bytes().data()));
    const index_t passes = std::max<index_t>(bytes_a_trial / (workers * share * sizeof(float)), 1);
    std::vector<float> results(workers);
    std::vector<double> rates;
    for (int trial = 0; trial <= trials; ++trial) {
        const auto start = std::chrono::steady_clock::now();
        threads.for_each(workers, [&](index_t w) {
            float result = results[w];
            for (index_t pass = 0; pass < passes; ++pass) {
                result = sum_of(values + w * share, share, result);
            }
            results[w] = result;
        });
        const double seconds = seconds_since(start);
        if (trial == 0) { continue; }  // fills the caches
        rates.push_back(static_cast<double>(passes * workers * share * sizeof(float)) / seconds);
    }
    volatile float keep = results[0];
    static_cast<void>(keep);
    return median(std::move(rates));
}

}  // namespace generate_text

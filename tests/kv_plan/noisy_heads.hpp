// SPDX-License-Identifier: MIT
// Statistics of heads that nobody trained: channels of unequal spread and weight.
#pragma once

#include "../model/random_matrix.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/kv_plan/measure_cache.hpp>

#include <cmath>

namespace gradus::test {

/// Sums of four uniform numbers, a scale and a mean for each channel.
inline std::vector<float> bell_values(index_t tokens, index_t width, std::uint64_t stream) {
    const random_key key = random_key::of(seed(), stream);
    std::vector<float> values(tokens * width);
    for (index_t i = 0; i < values.size(); ++i) {
        const auto channel = static_cast<double>(i % width);
        double sum = -2.0;
        for (index_t part = 0; part < 4; ++part) {
            sum += key.uniform(4 * i + part);
        }
        values[i] = static_cast<float>(sum * std::exp2(std::fmod(channel * 0.7, 4.0)) + channel);
    }
    return values;
}

inline head_statistics noisy_head(index_t tokens, index_t width, std::uint64_t stream) {
    head_statistics head;
    head.width = width;
    head.tokens = tokens;
    head.starts = {0};
    head.keys = bell_values(tokens, width, stream);
    head.values = bell_values(tokens, width, stream + 1);
    for (index_t d = 0; d < width; ++d) {
        head.query_energy.push_back(1.0);
        head.key_weights.push_back(std::exp2(static_cast<double>((d * 5) % 7) - 3.0));
        head.value_weights.push_back(0.25 + 0.01 * static_cast<double>(d));
    }
    return head;
}

/// [layers][heads]
inline cache_statistics
noisy_statistics(index_t layers, index_t heads, index_t tokens, index_t width) {
    cache_statistics all(layers);
    for (index_t l = 0; l < layers; ++l) {
        for (index_t h = 0; h < heads; ++h) {
            all[l].push_back(noisy_head(tokens, width, 50 + 10 * l + 2 * h));
        }
    }
    return all;
}

inline plan_options small_options() {
    plan_options options;
    options.block = 16;
    options.keys.how.group = options.values.how.group = 8;
    options.mappings = {true, true, true};
    options.amortised = 1024;
    options.sample_tokens = 128;
    options.most_trained = 4;
    return options;
}

inline measured_cache noisy_measurement(const plan_options& options) {
    thread_pool threads{2};
    return measure_cache(noisy_statistics(2, 2, 128, 32), options, threads).value();
}

}  // namespace gradus::test

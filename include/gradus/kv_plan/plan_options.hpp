// SPDX-License-Identifier: MIT
// What a plan for a cache may choose from.
#pragma once

#include <gradus/cache/kv_policy.hpp>
#include <gradus/layout/kv_block.hpp>

#include <array>

namespace gradus {

/// Which mappings a head may use; where there are several, the one of least measured error at each
/// width (`best_of`).
struct mapping_menu {
    bool uniform = true;
    bool normal = false;
    bool adaptive = false;  ///< codebooks trained on calibration text
};

/// What tells channels apart.
enum class channel_importance : std::uint8_t {
    none,    ///< squared errors count alike in all channels of all heads
    flat,    ///< heads are told apart, channels of a head are not
    weighed  ///< keys by queries, values by the output projection
};

struct plan_options {
    any_vectors keys = {{kv_vectors::channel, true, 16}, {kv_normalization::extreme, 4}};
    any_vectors values = {{kv_vectors::channel, true, 16}, {kv_normalization::extreme, 4}};
    index_t block = 64;  ///< tokens
    mapping_menu mappings = {};
    channel_importance importance = channel_importance::weighed;
    bool shift = true;             ///< subtract the mean of each channel
    bool order = true;             ///< sort the channels of a head by what their errors cost
    index_t phases = 4;            ///< blocks take turns: a unit may have as many widths
    index_t amortised = 4096;      ///< tokens that share what is stored once
    index_t sample_tokens = 2048;  ///< of calibration: half to train, half to measure
    int most_trained = 6;          ///< widest code with a trained codebook
};

}  // namespace gradus

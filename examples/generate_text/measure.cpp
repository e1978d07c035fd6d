// SPDX-License-Identifier: MIT
// Runs batches of 1 to 16 sequences several times each.
#include "../quantize_model/peak_memory.hpp"
#include "bandwidth.hpp"
#include "generation.hpp"
#include "measure.hpp"
#include "median.hpp"
#include "variants.hpp"

#include <gradus/kernels/float_block.hpp>

#include <cstdio>
#include <utility>

namespace generate_text {
namespace {

constexpr int runs = 7;

std::vector<token_t> tokens_of(std::string_view bytes) {
    std::vector<token_t> tokens;
    for (const char byte : bytes) {
        tokens.push_back(static_cast<unsigned char>(byte));
    }
    return tokens;
}

/// Caches grow by whole tiles of tokens: the slope over one of them.
std::uint64_t cache_growth(const gradus::llama& model) {
    constexpr index_t tile = gradus::float_block::tile;
    std::uint64_t bytes = 0;
    for (const gradus::f32_cache& cache : model.make_caches(2 * tile)) {
        bytes += cache.size_in_bytes();
    }
    for (const gradus::f32_cache& cache : model.make_caches(tile)) {
        bytes -= cache.size_in_bytes();
    }
    return bytes / tile;
}

std::string text_of(std::span<const token_t> tokens) {
    std::string bytes;
    for (const token_t token : tokens) {
        bytes += static_cast<char>(static_cast<unsigned char>(token));
    }
    return readable(bytes);
}

/// Decodes in several batch sizes; each of them tells prefill and first token too.
void measure_batches(const gradus::llama& model, const options& wanted, row& result) {
    const std::vector<token_t> prompt = tokens_of(wanted.prompt);
    std::vector<double> prefill;
    std::vector<double> first;
    for (const index_t sequences : {1u, 2u, 4u, 8u, 16u}) {
        std::vector<double> steps;
        for (int run = 0; run < runs; ++run) {
            const generation made =
                generate(model, prompt, sequences, wanted.tokens, sampled{wanted.seed});
            prefill.push_back(made.prefill_seconds);
            first.push_back(made.first_token_seconds);
            steps.insert(steps.end(), made.step_seconds.begin(), made.step_seconds.end());
            if (result.text.empty()) { result.text = text_of(made.tokens); }
        }
        const double rate = static_cast<double>(sequences) / median(std::move(steps));
        const double bytes =
            static_cast<double>(result.weight_bytes) / static_cast<double>(sequences);
        result.decode.push_back({sequences, rate, bytes, bytes * rate / result.read_bandwidth});
    }
    result.prefill_tokens_per_second =
        static_cast<double>(prompt.size()) / median(std::move(prefill));
    result.first_token_seconds = median(std::move(first));
}

}  // namespace

std::string readable(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        if (byte == '\n' || (byte >= ' ' && byte <= '~')) {
            text += byte;
            continue;
        }
        char escaped[5];
        std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(byte));
        text += escaped;
    }
    return text;
}

row measure(gradus::llama& model,
            std::string name,
            const options& wanted,
            gradus::thread_pool& threads) {
    row result{.weights = std::move(name), .decode = {}, .text = {}};
    result.bits_per_weight = bits_per_weight(model);
    result.weight_bytes = weight_bytes(model);
    result.cache_bytes_per_token = cache_growth(model);
    result.read_bandwidth = read_bandwidth(result.weight_bytes, threads);
    quantize_model::reset_peak_memory();
    measure_batches(model, wanted, result);
    result.peak_bytes = quantize_model::peak_memory();
    return result;
}

}  // namespace generate_text

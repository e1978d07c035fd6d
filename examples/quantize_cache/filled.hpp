// SPDX-License-Identifier: MIT
// What is measured of a kind of cache: bits and bytes of a filled one, losses on every text.
#pragma once

#include "measure.hpp"

#include <gradus/eval/packed_caches.hpp>

#include <cstdint>

namespace quantize_cache {

/// The parts of a cache that count, after one sequence of the context's length.
struct filled {
    cache_bits_of bits;       ///< units, width fields and the floats that are held
    std::uint64_t bytes = 0;  ///< as allocated
};

template <class Cache> const auto& packed_of(const Cache& cache) {
    if constexpr (requires { cache.inner(); }) {
        return packed_of(cache.inner());
    } else {
        return cache;
    }
}

/// Bits of the packed blocks, keys and values.
template <class Cache> void add_packed(const Cache& cache, double& keys, double& values) {
    const auto view = cache.view();
    const gradus::index_t block = view.shape.tokens;
    for (gradus::index_t first = 0; first < view.packed; first += block) {
        const auto stored = view.block(first / block);
        for (gradus::kv_unit_cursor unit{stored}; !unit.done(); unit.next()) {
            const bool key = view.shape.kind_of(unit.number()) == gradus::kv_kind::key;
            (key ? keys : values) += 8.0 * static_cast<double>(unit.unit().bytes()) + 4.0;
        }
    }
}

template <class MakeCaches>
[[nodiscard]] filled fill_caches(const session& shared, const MakeCaches& make_caches) {
    const measured_text& text = shared.texts.front();
    const gradus::window& w = text.windows.front();
    gradus::window_seat<gradus::llama, MakeCaches> seat{*shared.model, make_caches, w.length};
    (void)seat.run(*shared.model, text.set(), w);
    filled sum;
    double numbers = 0.0;
    for (const auto& cache : seat.caches()) {
        const auto& packed = packed_of(cache);
        const auto view = packed.view();
        add_packed(packed, sum.bits.keys, sum.bits.values);
        const double row = static_cast<double>(view.shape.heads * view.shape.width);
        const double held = 16.0 * row * static_cast<double>(packed.length() - view.packed);
        sum.bits.keys += held;
        sum.bits.values += held;
        numbers += row * static_cast<double>(packed.length());
        sum.bytes += packed.size_in_bytes();
    }
    sum.bits.keys /= numbers;
    sum.bits.values /= numbers;
    sum.bits.both = 0.5 * (sum.bits.keys + sum.bits.values);
    return sum;
}

/// All bits of `bytes` a stored number, with what is stored once.
[[nodiscard]] inline double stored_bits(const session& shared, std::uint64_t bytes, double once) {
    const gradus::model_config& config = shared.model->config();
    const double tokens = static_cast<double>(shared.texts.front().windows.front().length - 1);
    const double numbers = 2.0 * tokens * static_cast<double>(config.num_hidden_layers) *
                           static_cast<double>(config.num_key_value_heads * config.head_dim);
    return (8.0 * static_cast<double>(bytes) + once) / numbers;
}

template <class MakeCaches>
void measure_losses(session& shared,
                    const MakeCaches& make_caches,
                    gradus::thread_pool& threads,
                    run& done) {
    for (const measured_text& text : shared.texts) {
        done.windows.push_back(text.base->compare(*shared.model, threads, make_caches));
        done.losses.push_back(loss_of(text.name, gradus::summarize(done.windows.back())));
    }
}

}  // namespace quantize_cache

// SPDX-License-Identifier: MIT
// Losses through the packed caches themselves; bits from their shapes, bytes from a filled one.
#include "activations.hpp"
#include "measure.hpp"
#include "plans.hpp"

#include <gradus/eval/packed_caches.hpp>
#include <gradus/kv_plan/dynamic_widths.hpp>
#include <gradus/kv_plan/record.hpp>
#include <gradus/rotation/randomized_hadamard.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

namespace quantize_cache {
namespace {

using gradus::index_t;
using gradus::kv_kind;

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
    const index_t block = view.shape.tokens;
    for (index_t first = 0; first < view.packed; first += block) {
        const auto stored = view.block(first / block);
        for (gradus::kv_unit_cursor unit{stored}; !unit.done(); unit.next()) {
            const bool key = view.shape.kind_of(unit.number()) == kv_kind::key;
            (key ? keys : values) += 8.0 * static_cast<double>(unit.unit().bytes()) + 4.0;
        }
    }
}

template <class MakeCaches>
filled fill_caches(const session& shared, const MakeCaches& make_caches) {
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
double stored_bits(const session& shared, std::uint64_t bytes, double once) {
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

/// Bits of a long sequence: whole blocks, and no floats where there is no window.
cache_bits_of long_run(const session& shared, const fixed_cache& how) {
    const gradus::model_config& config = shared.model->config();
    const gradus::kv_block_shape shape{config.num_key_value_heads, config.head_dim, how.block,
                                       how.keys.cut(), how.values.cut()};
    const auto numbers = static_cast<double>(how.block * shape.heads * shape.width);
    cache_bits_of bits;
    for (index_t u = 0; u < shape.units(); ++u) {
        const bool key = shape.kind_of(u) == kv_kind::key;
        (key ? bits.keys : bits.values) +=
            static_cast<double>(
                gradus::unit_bits(shape, u, how.block, key ? how.key_width : how.value_width)) /
            numbers;
    }
    bits.both = 0.5 * (bits.keys + bits.values);
    return bits;
}

template <gradus::rotation Rotation>
void measure_fixed(session& shared,
                   const fixed_cache& how,
                   gradus::thread_pool& threads,
                   run& done) {
    using options = gradus::kv_options<gradus::f16, Rotation, gradus::fixed_widths>;
    options chosen;
    chosen.block = how.block;
    chosen.window = how.window;
    chosen.pack_tail = true;
    chosen.rotate_values = how.rotated;
    chosen.chooser = {how.key_width, how.value_width};
    const gradus::packed_caches<gradus::any_vectors, gradus::any_vectors, options> caches{
        .keys = how.keys,
        .values = how.values,
        .options = chosen,
        .tokens_a_step = how.tokens_a_step};
    measure_losses(shared, caches, threads, done);
    const filled at = fill_caches(shared, caches);
    done.effective_bits = how.window == 0 ? long_run(shared, how) : at.bits;
    done.bytes = at.bytes;
    done.stored_bits = stored_bits(shared, at.bytes, 0.0);
}

gradus::status measure_one(
    session& shared, const fixed_cache& how, const arm&, gradus::thread_pool& threads, run& done) {
    if (how.rotated) {
        measure_fixed<gradus::randomized_hadamard>(shared, how, threads, done);
    } else {
        measure_fixed<gradus::identity>(shared, how, threads, done);
    }
    return gradus::done{};
}

/// Statistics without the keys and values that they were taken from.
gradus::cache_statistics without_samples(const gradus::cache_statistics& statistics) {
    gradus::cache_statistics lean(statistics.size());
    for (index_t layer = 0; layer < statistics.size(); ++layer) {
        for (const gradus::head_statistics& head : statistics[layer]) {
            gradus::head_statistics& kept = lean[layer].emplace_back();
            kept.width = head.width;
            kept.query_energy = head.query_energy;
            kept.key_weights = head.key_weights;
        }
    }
    return lean;
}

gradus::status measure_one(session& shared,
                           const decided_cache& how,
                           const arm& one,
                           gradus::thread_pool& threads,
                           run& done) {
    const auto measured = measured_with(shared, how.options, threads);
    if (!measured) { return measured.error(); }
    // A target out of reach is refused before the gains take their time.
    const auto reached = gradus::plan_cache(*measured.value(), *one.target);
    if (!reached) { return reached.error(); }
    if (gradus::status s = set_gains(shared, *measured.value(), threads); !s) { return s; }
    auto plan = planned(shared, how, *measured.value(), *one.target, threads);
    if (!plan) { return plan.error(); }
    const gradus::cache_bits bits = plan->bits(how.options.amortised);
    done.effective_bits = {bits.of_keys(), bits.of_values(), bits.mean()};
    if (how.options.importance != gradus::channel_importance::none) {
        done.predicted_kld = plan->predicted;
    }
    const auto finish = [&](const auto& caches) {
        measure_losses(shared, caches, threads, done);
        done.bytes = fill_caches(shared, caches).bytes;
        done.stored_bits =
            stored_bits(shared, done.bytes, static_cast<double>(bits.keys_once + bits.values_once));
        return gradus::done{};
    };
    if (!how.dynamic) { return finish(gradus::planned_caches{std::move(plan).value()}); }
    return finish(gradus::dynamic_caches{
        {*measured.value(), std::move(plan).value(), without_samples(shared.statistics)}});
}

/// Tokens wait in a window of two steps, so that their attention is known when they are packed.
auto qaq_caches(const session& shared, const qaq_cache& how, double error) {
    constexpr index_t step = 8;
    std::vector<double> norms;
    for (const auto& layer : shared.statistics) {
        for (const gradus::head_statistics& head : layer) {
            norms.push_back(how.rule == gradus::qaq_rule::code
                                ? 300.0
                                : head.upper_query_energy() / static_cast<double>(head.width));
        }
    }
    using options = gradus::kv_options<gradus::f16, gradus::identity, gradus::qaq_widths>;
    const gradus::any_vectors cut{{gradus::kv_vectors::token, false, 0}, {}};
    return gradus::packed_caches<gradus::any_vectors, gradus::any_vectors, options>{
        .keys = cut,
        .values = cut,
        .options = {.block = 1,
                    .window = 2 * step,
                    .track_attention = true,
                    .chooser = gradus::qaq_widths{how.rule, error, std::move(norms)}},
        .tokens_a_step = step};
}

/// The error whose bits are those of the target, by bisection of its logarithm: more error, fewer
/// bits.
/// Errors: a target that the rule cannot reach, as floats of the window count (invalid_argument).
gradus::result<double> matched_error(const session& shared, const qaq_cache& how, double target) {
    double low = std::log(1e-6);
    double high = std::log(1e6);
    const auto bits_at = [&](double logarithm) {
        return fill_caches(shared, qaq_caches(shared, how, std::exp(logarithm))).bits.both;
    };
    const double least = bits_at(high);
    const double most = bits_at(low);
    if (target < least || target > most) {
        std::array<char, 120> text{};
        std::snprintf(text.data(), text.size(),
                      "a target of %.9g bits is out of reach (feasible: %.9g to %.9g)", target,
                      least, most);
        return gradus::error{gradus::errc::invalid_argument, text.data()};
    }
    for (int round = 0; round < 22; ++round) {
        const double middle = 0.5 * (low + high);
        (bits_at(middle) > target ? low : high) = middle;
    }
    return std::exp(high);
}

gradus::status measure_one(session& shared,
                           const qaq_cache& how,
                           const arm& one,
                           gradus::thread_pool& threads,
                           run& done) {
    double error = how.error;
    if (one.target) {
        const auto matched = matched_error(shared, how, *one.target);
        if (!matched) { return matched.error(); }
        error = matched.value();
    }
    const auto caches = qaq_caches(shared, how, error);
    measure_losses(shared, caches, threads, done);
    const filled at = fill_caches(shared, caches);
    done.effective_bits = at.bits;
    done.bytes = at.bytes;
    done.stored_bits = stored_bits(shared, at.bytes, 0.0);
    return gradus::done{};
}

gradus::status measure_one(session& shared,
                           const rounded_activations& how,
                           const arm&,
                           gradus::thread_pool& threads,
                           run& done) {
    return measure_activations(shared, how, threads, done);
}

}  // namespace

text_loss loss_of(const std::string& text, const gradus::losses& found) {
    return {.text = text,
            .ppl = found.ppl,
            .ppl_ratio = found.ppl_ratio,
            .kld = found.kld,
            .kld_low = found.kld_low,
            .kld_high = found.kld_high,
            .top1 = found.top1};
}

gradus::status calibrate(session& shared) {
    const measured_text& text = shared.calibration;
    auto statistics =
        gradus::record_cache(*shared.model, *shared.weights, text.tokens, text.windows);
    if (!statistics) { return statistics.error(); }
    shared.statistics = std::move(statistics).value();
    return gradus::done{};
}

gradus::result<run> measure(session& shared, const arm& one, gradus::thread_pool& threads) {
    const auto start = std::chrono::steady_clock::now();
    run done;
    done.series = one.series;
    done.scheme = one.scheme;
    done.target_bits = one.target;
    const gradus::status worked = std::visit(
        [&](const auto& how) { return measure_one(shared, how, one, threads, done); }, one.what);
    if (!worked) {
        return gradus::error{worked.error().code, one.scheme + ": " + worked.error().message};
    }
    done.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return done;
}

}  // namespace quantize_cache

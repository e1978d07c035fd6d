// SPDX-License-Identifier: MIT
// Every kind of arm: caches of stated widths, planned ones, rules, activations.
#include "activations.hpp"
#include "filled.hpp"
#include "measure.hpp"
#include "plans.hpp"
#include "qaq.hpp"

#include <gradus/kv_plan/dynamic_widths.hpp>
#include <gradus/kv_plan/record.hpp>
#include <gradus/rotation/randomized_hadamard.hpp>

#include <chrono>
#include <utility>

namespace quantize_cache {
namespace {

using gradus::index_t;
using gradus::kv_kind;

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

gradus::status measure_one(session& shared,
                           const qaq_cache& how,
                           const arm& one,
                           gradus::thread_pool& threads,
                           run& done) {
    return measure_qaq(shared, how, one, threads, done);
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

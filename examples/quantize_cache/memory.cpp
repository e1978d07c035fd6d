// SPDX-License-Identifier: MIT
// Losses of every matrix at every width, then one allocation for all.
#include "memory.hpp"
#include "plans.hpp"

#include <gradus/kv_plan/planned_cache.hpp>
#include <gradus/kv_plan/shared_budget.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>

#include <array>
#include <utility>

namespace quantize_cache {
namespace {

using gradus::index_t;

constexpr std::array widths = {2, 3, 4, 5, 6, 8};

struct stored_part {
    gradus::part_pointer part;
    std::uint64_t bits;
};

template <int Bits> gradus::result<stored_part> quantized(gradus::weights_view weights) {
    using layout = gradus::layout<gradus::uniform_asymmetric<Bits>, gradus::group<64>>;
    auto packed = gradus::quantize(weights, gradus::recipe<layout, gradus::mse_search>{});
    if (!packed) { return packed.error(); }
    const std::uint64_t bits = packed.value().size_in_bits();
    return stored_part{gradus::make_part(std::move(packed).value()), bits};
}

gradus::result<stored_part> quantized(gradus::weights_view weights, int width) {
    switch (width) {
    case 2:
        return quantized<2>(weights);
    case 3:
        return quantized<3>(weights);
    case 4:
        return quantized<4>(weights);
    case 5:
        return quantized<5>(weights);
    case 6:
        return quantized<6>(weights);
    default:
        return quantized<8>(weights);
    }
}

double divergence_of(const gradus::baseline<gradus::llama>& base,
                     const gradus::llama& model,
                     gradus::thread_pool& threads) {
    return gradus::summarize(base.compare(model, threads), {.resamples = 1}).kld;
}

/// A matrix at every width.
struct stored_matrix {
    std::string name;
    std::vector<stored_part> parts;  ///< [widths]
};

gradus::result<std::vector<stored_matrix>> store_all(const gradus::model_weights& weights) {
    std::vector<stored_matrix> all;
    for (const gradus::named_matrix& tensor : weights.tensors) {
        if (!gradus::is_decoder_matrix(tensor.name)) { continue; }
        stored_matrix matrix{tensor.name, {}};
        for (const int width : widths) {
            auto stored = quantized(tensor.view(), width);
            if (!stored) { return stored.error(); }
            matrix.parts.push_back(std::move(stored).value());
        }
        all.push_back(std::move(matrix));
    }
    return all;
}

/// What each width takes; its loss is measured if there is a text, and otherwise falls with bits.
gradus::result<std::vector<gradus::matrix_options>>
options_of_all(const gradus::llama& model,
               const std::vector<stored_matrix>& matrices,
               const gradus::baseline<gradus::llama>* base,
               gradus::thread_pool& threads) {
    std::vector<gradus::matrix_options> all;
    for (const stored_matrix& matrix : matrices) {
        gradus::matrix_options found{matrix.name, {}};
        for (index_t i = 0; i < widths.size(); ++i) {
            double loss = 1.0 / widths[i];
            if (base != nullptr) {
                gradus::llama changed = model;
                const auto replaced = changed.replace(matrix.name, {matrix.parts[i].part});
                if (!replaced) { return replaced.error(); }
                loss = divergence_of(*base, changed, threads);
            }
            found.options.push_back({matrix.parts[i].bits, loss});
        }
        all.push_back(std::move(found));
    }
    return all;
}

gradus::error with_fixed(const gradus::error& failure, std::uint64_t fixed_bytes) {
    return {failure.code, failure.message + ", beside " + std::to_string(fixed_bytes) +
                              " bytes of embedding, head and norms"};
}

}  // namespace

gradus::result<memory_split> divide_memory(session& shared,
                                           const gradus::model_weights& weights,
                                           std::uint64_t memory,
                                           gradus::thread_pool& threads) {
    gradus::plan_options wanted;
    wanted.mappings = {true, true, true};
    wanted.amortised = shared.context;
    const auto cache = measured_with(shared, wanted, threads);
    if (!cache) { return cache.error(); }
    memory_split split{.memory = memory, .context = shared.context, .widths = {}};
    index_t count = 0;
    for (const gradus::named_matrix& tensor : weights.tensors) {
        const bool decoder = gradus::is_decoder_matrix(tensor.name);
        split.fixed_bytes += decoder ? 0 : 2 * tensor.values.size();
        count += decoder ? tensor.values.size() : 0;
    }
    const std::uint64_t left = memory > split.fixed_bytes ? memory - split.fixed_bytes : 0;
    // A budget out of reach is refused before losses are measured.
    const auto stored = store_all(weights);
    if (!stored) { return stored.error(); }
    const auto bare = options_of_all(*shared.model, stored.value(), nullptr, threads);
    if (!bare) { return bare.error(); }
    const auto reached = gradus::share_budget(*cache.value(), bare.value(), 8 * left);
    if (!reached) { return with_fixed(reached.error(), split.fixed_bytes); }
    if (gradus::status s = set_gains(shared, *cache.value(), threads); !s) { return s.error(); }
    const measured_text& text = shared.calibration;
    const gradus::window_set few{
        text.tokens, std::span{text.windows}.first(std::min<index_t>(4, text.windows.size()))};
    const gradus::baseline<gradus::llama> base{*shared.model, few, threads, index_t{1} << 30};
    const auto measured = options_of_all(*shared.model, stored.value(), &base, threads);
    if (!measured) { return measured.error(); }
    const std::vector<gradus::matrix_options>& matrices = measured.value();
    const auto plan = gradus::share_budget(*cache.value(), matrices, 8 * left);
    if (!plan) { return with_fixed(plan.error(), split.fixed_bytes); }
    gradus::llama model = *shared.model;
    for (index_t m = 0; m < matrices.size(); ++m) {
        const index_t choice = plan.value().choice[m];
        const int width = widths[choice];
        const auto replaced =
            model.replace(matrices[m].name, {stored.value()[m].parts[choice].part});
        if (!replaced) { return replaced.error(); }
        split.widths.emplace_back(matrices[m].name, width);
    }
    split.weight_bytes = (plan.value().weight_bits + 7) / 8;
    split.cache_bytes = (plan.value().cache_bits + 7) / 8;
    split.bits_per_weight =
        static_cast<double>(plan.value().weight_bits) / static_cast<double>(count);
    split.bits_per_cached = plan.value().cache.bits(shared.context).mean();
    split.predicted_kld = plan.value().predicted;
    const gradus::planned_caches caches{plan.value().cache};
    split.kld = gradus::summarize(shared.texts.front().base->compare(model, threads, caches)).kld;
    return split;
}

}  // namespace quantize_cache

// SPDX-License-Identifier: MIT
// Every decoder matrix with the integers that the kernels multiply.
#include "activations.hpp"

#include <gradus/kernels/clipped_magnitude.hpp>
#include <gradus/mapping/uniform_asymmetric.hpp>
#include <gradus/model/outlier_part.hpp>
#include <gradus/quantize/activation_limit.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/kl_divergence.hpp>
#include <gradus/range/mse_search.hpp>
#include <gradus/range/percentile.hpp>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace quantize_cache {
namespace {

using gradus::index_t;
using gradus::part_pointer;

/// Multiplies as the part that it stands for, and remembers what came in. One call at a time.
class recording_part final : public gradus::matrix_part {
  public:
    recording_part(part_pointer inner, seen_inputs& seen) : inner_{std::move(inner)}, seen_{seen} {
        seen_.cols = inner_->cols();
    }

    [[nodiscard]] index_t rows() const override { return inner_->rows(); }

    [[nodiscard]] index_t cols() const override { return inner_->cols(); }

    [[nodiscard]] index_t size_in_bits() const override { return inner_->size_in_bits(); }

    void multiply(gradus::matrix_view<const float> x,
                  gradus::matrix_view<float> y,
                  gradus::accumulation how) const override {
        for (index_t t = 0; t < x.rows; ++t) {
            seen_.values.insert(seen_.values.end(), x.row(t).begin(), x.row(t).end());
        }
        inner_->multiply(x, y, how);
    }

  private:
    part_pointer inner_;
    seen_inputs& seen_;
};

using inputs_by_name = std::map<std::string, seen_inputs>;

/// What the float model's matrices see in a few windows of the calibration text.
gradus::result<inputs_by_name> record_inputs(const session& shared) {
    constexpr index_t windows = 4;
    inputs_by_name inputs;
    gradus::llama model = *shared.model;
    for (const gradus::matrix_name& matrix : shared.model->matrices()) {
        part_pointer inner = model.find(matrix.name)->parts().front();
        auto recorder = std::make_shared<recording_part>(std::move(inner), inputs[matrix.name]);
        const gradus::status s = model.replace(matrix.name, {std::move(recorder)});
        if (!s) { return s.error(); }
    }
    const measured_text& text = shared.calibration;
    const gradus::window_set set{
        text.tokens, std::span{text.windows}.first(std::min(windows, text.windows.size()))};
    const gradus::serial one_at_a_time;
    static_cast<void>(gradus::measure_nats(model, set, one_at_a_time));
    return inputs;
}

float static_limit(activation_rule rule, const seen_inputs& seen, index_t batch) {
    if (rule == activation_rule::static_percentile) {
        return gradus::activation_limit(seen.values, gradus::percentile{99.99f});
    }
    if (rule == activation_rule::static_kl) {
        return gradus::activation_limit(seen.values, gradus::kl_divergence{});
    }
    gradus::moving_average_limit average;
    const auto rows = seen.rows();
    for (index_t t = 0; t < rows.rows; t += batch) {
        average.see(rows.block(t, std::min(batch, rows.rows - t)));
    }
    return average.limit();
}

/// The hundredth of the channels, at least one, with the largest peaks.
std::vector<index_t> outlier_channels(const seen_inputs& seen) {
    std::vector<float> peaks(seen.cols);
    for (index_t i = 0; i < seen.values.size(); ++i) {
        float& peak = peaks[i % seen.cols];
        peak = std::max(peak, std::abs(seen.values[i]));
    }
    std::vector<index_t> channels(seen.cols);
    std::iota(channels.begin(), channels.end(), index_t{0});
    std::stable_sort(channels.begin(), channels.end(),
                     [&](index_t a, index_t b) { return peaks[a] > peaks[b]; });
    channels.resize((seen.cols + 99) / 100);
    std::sort(channels.begin(), channels.end());
    return channels;
}

template <class Packed>
part_pointer
part_with(Packed packed, activation_rule rule, const seen_inputs& seen, index_t batch) {
    switch (rule) {
    case activation_rule::floats:
        return gradus::make_part(std::move(packed));
    case activation_rule::per_token:
        return gradus::make_part(std::move(packed), gradus::int8_per_token{});
    case activation_rule::clipped:
        return gradus::make_part(std::move(packed), gradus::int8_clipped{});
    case activation_rule::clipped_outliers:
        return gradus::make_outlier_part(std::move(packed), outlier_channels(seen),
                                         gradus::int8_clipped{});
    case activation_rule::outliers:
        return gradus::make_outlier_part(std::move(packed), outlier_channels(seen),
                                         gradus::int8_per_token{});
    case activation_rule::int16:
        return gradus::make_part(std::move(packed), gradus::int16_per_token{});
    case activation_rule::bf16:
        return gradus::make_part(std::move(packed), gradus::bf16_activations{});
    default:
        break;
    }
    gradus::int8_static scheme;
    scheme.limit = static_limit(rule, seen, batch);
    return gradus::make_part(std::move(packed), scheme);
}

/// "q_proj" of "model.layers.0.self_attn.q_proj.weight".
std::string operator_of(const std::string& name) {
    const std::size_t end = name.rfind('.');
    const std::size_t begin = name.rfind('.', end - 1) + 1;
    return name.substr(begin, end - begin);
}

template <int Bits>
using packed_with =
    gradus::packed_matrix<gradus::layout<gradus::uniform_asymmetric<Bits>, gradus::group<64>>>;

}  // namespace

/// The decoder's matrices, quantized once for all rules.
struct packed_weights {
    std::map<std::string, packed_with<8>> eight;
    std::map<std::string, packed_with<4>> four;
};

namespace {

template <int Bits>
gradus::status pack(const session& shared, std::map<std::string, packed_with<Bits>>& to) {
    using layout = gradus::layout<gradus::uniform_asymmetric<Bits>, gradus::group<64>>;
    for (const gradus::matrix_name& matrix : shared.model->matrices()) {
        auto packed = gradus::quantize(shared.weights->at(matrix.name).view(),
                                       gradus::recipe<layout, gradus::mse_search>{});
        if (!packed) { return packed.error(); }
        to.emplace(matrix.name, std::move(packed).value());
    }
    return gradus::done{};
}

/// What the rules need to know, found at the first call.
gradus::status prepare(session& shared) {
    if (shared.packed) { return gradus::done{}; }
    auto inputs = record_inputs(shared);
    if (!inputs) { return inputs.error(); }
    shared.inputs = std::make_shared<const inputs_by_name>(std::move(inputs).value());
    auto packed = std::make_shared<packed_weights>();
    if (gradus::status s = pack<8>(shared, packed->eight); !s) { return s; }
    if (gradus::status s = pack<4>(shared, packed->four); !s) { return s; }
    shared.packed = std::move(packed);
    return gradus::done{};
}

/// The rule for the operators of that name, all if it is empty; floats for the others.
template <class Packed>
gradus::result<gradus::llama> model_of(const session& shared,
                                       const std::map<std::string, Packed>& weights,
                                       activation_rule rule,
                                       const std::string& only) {
    gradus::llama changed = *shared.model;
    for (const auto& [name, packed] : weights) {
        const bool ruled = only.empty() || operator_of(name) == only;
        const gradus::status s =
            changed.replace(name, {part_with(packed, ruled ? rule : activation_rule::floats,
                                             shared.inputs->at(name), shared.context)});
        if (!s) { return s.error(); }
    }
    return changed;
}

gradus::result<gradus::llama>
model_with(const session& shared, int bits, activation_rule rule, const std::string& only = {}) {
    return bits == 4 ? model_of(shared, shared.packed->four, rule, only)
                     : model_of(shared, shared.packed->eight, rule, only);
}

/// Parts with outliers serve one call at a time.
gradus::losses losses_of(const gradus::baseline<gradus::llama>& base,
                         const gradus::llama& model,
                         activation_rule rule,
                         gradus::thread_pool& threads) {
    const gradus::serial alone;
    const bool one_at_a_time =
        rule == activation_rule::outliers || rule == activation_rule::clipped_outliers;
    return gradus::summarize(one_at_a_time ? base.compare(model, alone)
                                           : base.compare(model, threads));
}

/// Part of the squares that lie in values which int8_clipped clamps.
double clipped_energy(const seen_inputs& seen) {
    const double share = gradus::int8_clipped{}.clipped_share();
    double all = 0.0;
    double clipped = 0.0;
    const auto rows = seen.rows();
    for (index_t t = 0; t < rows.rows; ++t) {
        const gradus::floats x = rows.row(t);
        const float limit = gradus::clipped_magnitude(x.data(), x.size(), share);
        for (const float v : x) {
            const double square = static_cast<double>(v) * static_cast<double>(v);
            all += square;
            if (std::abs(v) > limit) { clipped += square; }
        }
    }
    return all > 0.0 ? clipped / all : 0.0;
}

/// Each operator clipped alone, beside the weights with float activations.
gradus::status measure_operators(const session& shared,
                                 int bits,
                                 const gradus::baseline<gradus::llama>& base,
                                 gradus::thread_pool& threads,
                                 std::vector<operator_loss>& found) {
    std::map<std::string, operator_loss> by_name;
    std::map<std::string, double> count;
    for (const auto& [matrix, seen] : *shared.inputs) {
        const double energy = clipped_energy(seen);
        operator_loss& one = by_name[operator_of(matrix)];
        one.clipped_energy += energy;
        count[operator_of(matrix)] += 1.0;
        if (energy > one.worst_energy) {
            one.worst_energy = energy;
            one.worst = matrix;
        }
    }
    for (auto& [name, one] : by_name) {
        one.name = name;
        one.clipped_energy /= count[name];
        for (const auto& [rule, to] : {std::pair{activation_rule::clipped, &one.kld},
                                       std::pair{activation_rule::per_token, &one.kld_absmax}}) {
            const auto model = model_with(shared, bits, rule, name);
            if (!model) { return model.error(); }
            *to = losses_of(base, model.value(), rule, threads).kld;
        }
        found.push_back(std::move(one));
    }
    return gradus::done{};
}

}  // namespace

gradus::status measure_activations(session& shared,
                                   const rounded_activations& how,
                                   gradus::thread_pool& threads,
                                   run& done) {
    if (gradus::status s = prepare(shared); !s) { return s; }
    const auto plain = model_with(shared, how.weight_bits, activation_rule::floats);
    if (!plain) { return plain.error(); }
    const auto changed = model_with(shared, how.weight_bits, how.rule);
    if (!changed) { return changed.error(); }
    for (const measured_text& text : shared.texts) {
        done.losses.push_back(
            loss_of(text.name, losses_of(*text.base, changed.value(), how.rule, threads)));
        if (how.rule == activation_rule::floats) { continue; }
        const gradus::baseline<gradus::llama> base{plain.value(), text.set(), threads,
                                                   index_t{1} << 30};
        done.beside_weights.push_back(
            loss_of(text.name, losses_of(base, changed.value(), how.rule, threads)));
        if (how.rule == activation_rule::clipped && done.operators.empty()) {
            const gradus::status s =
                measure_operators(shared, how.weight_bits, base, threads, done.operators);
            if (!s) { return s.error(); }
        }
    }
    done.weight_bits = how.weight_bits;
    done.effective_bits = {32.0, 32.0, 32.0};
    done.stored_bits = 32.0;
    const gradus::model_config& config = shared.model->config();
    done.bytes = 2 * sizeof(float) * config.num_hidden_layers * config.num_key_value_heads *
                 config.head_dim * shared.context;
    return gradus::done{};
}

}  // namespace quantize_cache

// SPDX-License-Identifier: MIT
// Packs each matrix as soon as it is there, and lets go of the floats.
#include "variants.hpp"

#include <gradus/layout/layout.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/range/mse_search.hpp>

#include <utility>

namespace generate_text {

using gradus::error;
using gradus::part_pointer;

namespace {

constexpr int group_size = 64;

template <int Bits>
using packed_layout = gradus::layout<gradus::uniform_symmetric<Bits>, gradus::group<group_size>>;

template <class Scheme>
part_pointer float_part(gradus::weights_view weights, gradus::thread_pool& threads, Scheme seen) {
    return gradus::make_part(gradus::f32_panels{weights}, seen, threads);
}

template <int Bits>
gradus::result<part_pointer>
packed_part(gradus::weights_view weights, activations seen_as, gradus::thread_pool& threads) {
    const gradus::recipe<packed_layout<Bits>, gradus::mse_search> how{};
    auto packed = gradus::quantize(weights, how, {}, threads);
    if (!packed) { return packed.error(); }
    return seen_as == activations::int8
             ? gradus::make_part(std::move(packed).value(), gradus::int8_per_token{}, threads)
             : gradus::make_part(std::move(packed).value(), gradus::f32_activations{}, threads);
}

gradus::result<part_pointer>
part_of(gradus::weights_view weights, int bits, activations seen_as, gradus::thread_pool& threads) {
    switch (bits) {
    case 8:
        return packed_part<8>(weights, seen_as, threads);
    case 4:
        return packed_part<4>(weights, seen_as, threads);
    case 3:
        return packed_part<3>(weights, seen_as, threads);
    case 2:
        return packed_part<2>(weights, seen_as, threads);
    default:
        return float_part(weights, threads, gradus::f32_activations{});
    }
}

}  // namespace

std::vector<int> widths() {
    return {32, 8, 4, 3, 2};
}

std::string scheme_name(int bits) {
    if (bits == 32) { return "f32"; }
    return "uniform_symmetric" + std::to_string(bits) + "_g" + std::to_string(group_size) +
           "_f16_mse";
}

gradus::result<gradus::llama> make_variant(gradus::model_weights weights,
                                           int bits,
                                           activations seen_as,
                                           gradus::thread_pool& threads) {
    const bool tied = weights.config.tie_word_embeddings;
    const std::string head = tied ? "model.embed_tokens.weight" : "lm_head.weight";
    for (gradus::named_matrix& matrix : weights.tensors) {
        const bool decoder = gradus::is_decoder_matrix(matrix.name);
        if (!decoder && matrix.name != head) { continue; }
        auto part = part_of(matrix.view(), decoder ? bits : 32, seen_as, threads);
        if (!part) {
            return error{part.error().code,
                         "tensor '" + matrix.name + "': " + part.error().message};
        }
        weights.parts[matrix.name] = {{std::move(part).value()}, nullptr};
        if (decoder) { matrix.values = {}; }  // the head's floats may be the embedding
    }
    return gradus::make_llama(weights);
}

std::uint64_t weight_bytes(gradus::llama& model) {
    std::uint64_t bits = model.head.size_in_bits();
    for (const gradus::matrix_name& matrix : model.matrices()) {
        bits += model.find(matrix.name)->size_in_bits();
    }
    return bits / 8;
}

double bits_per_weight(gradus::llama& model) {
    double bits = 0.0;
    double count = 0.0;
    for (const gradus::matrix_name& matrix : model.matrices()) {
        bits += static_cast<double>(model.find(matrix.name)->size_in_bits());
        count += static_cast<double>(matrix.rows * matrix.cols);
    }
    return bits / count;
}

}  // namespace generate_text

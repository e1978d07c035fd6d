// SPDX-License-Identifier: MIT
// Text written by a model, the same for the same seed.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/core/random.hpp>
#include <gradus/kernels/f32_softmax.hpp>
#include <gradus/model/token.hpp>
#include <gradus/model/workspace.hpp>

#include <span>
#include <type_traits>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Draws token i with probability exp(x_i) / sum, where 0 <= u < 1 is uniform; uses up `logits`.
[[nodiscard]] inline token_t sample_token(std::span<float> logits, double u) {
    GRADUS_EXPECT(!logits.empty());
    const double target = u * exponentiate(logits, largest(logits));
    double sum = 0.0;
    token_t last = 0;  // rounding may leave the target beyond the sum: then the last possible one
    for (index_t i = 0; i < logits.size(); ++i) {
        if (logits[i] == 0.0f) { continue; }
        last = static_cast<token_t>(i);
        sum += static_cast<double>(logits[i]);
        if (sum > target) { break; }
    }
    return last;
}

/// `count` texts of `length` tokens one after the other, each starting with `first_token`, at
/// temperature 1. Text t draws from a stream keyed by seed and t, so that it does not depend on
/// the others; it does depend on the last bits of the logits, hence on the instruction set.
template <class Model, class Executor = serial>
    requires executor<std::remove_reference_t<Executor>>
[[nodiscard]] std::vector<token_t> sample_text(const Model& model,
                                               token_t first_token,
                                               index_t length,
                                               index_t count,
                                               std::uint64_t seed,
                                               Executor&& threads = {}) {
    std::vector<token_t> text(count * length, first_token);
    threads.for_each(count, [&](index_t t) {
        const random_key key = random_key::of(seed, t);
        auto caches = model.make_caches(length);
        workspace memory = model.make_workspace(1);
        std::vector<float> logits(model.vocabulary());
        for (index_t i = 0; i + 1 < length; ++i) {
            token_t* token = &text[t * length + i];
            model.forward(std::span<const token_t>{token, 1}, std::span{caches},
                          matrix_view<float>{logits.data(), 1, logits.size()}, memory);
            token[1] = sample_token(logits, key.uniform(i));
        }
    });
    return text;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

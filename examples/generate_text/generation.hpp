// SPDX-License-Identifier: MIT
// Several sequences that go on from one prompt, one token each a step.
#pragma once

#include <gradus/model/llama.hpp>
#include <gradus/model/sample.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <vector>

namespace generate_text {

using gradus::index_t;
using gradus::token_t;

/// What was written, and how long it took.
struct generation {
    std::vector<token_t> tokens;       ///< [sequences, count]
    double prefill_seconds = 0.0;      ///< the prompt through the model, once
    double first_token_seconds = 0.0;  ///< the same, and the choice of a token
    std::vector<double> step_seconds;  ///< of each later token, for all sequences together
};

/// The likeliest token.
struct greedy {
    [[nodiscard]] token_t operator()(std::span<float> logits, index_t, index_t) const {
        return static_cast<token_t>(std::max_element(logits.begin(), logits.end()) -
                                    logits.begin());
    }
};

/// Temperature 1; a number for each sequence and place, whatever else is drawn.
struct sampled {
    std::uint64_t seed;

    [[nodiscard]] token_t
    operator()(std::span<float> logits, index_t sequence, index_t place) const {
        return gradus::sample_token(logits, gradus::random_key::of(seed, sequence).uniform(place));
    }
};

[[nodiscard]] inline double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Caches of one sequence, copied for each of `sequences`.
[[nodiscard]] inline std::vector<gradus::f32_cache>
copies_of(std::span<const gradus::f32_cache> one, index_t sequences) {
    std::vector<gradus::f32_cache> many;
    many.reserve(one.size() * sequences);
    for (const gradus::f32_cache& cache : one) {
        many.insert(many.end(), sequences, cache);
    }
    return many;
}

/// One step: a token to each sequence, and the choice of the next ones, in place.
template <class Pick>
void step(const gradus::llama& model,
          std::span<gradus::f32_cache> caches,
          index_t place,
          const Pick& pick,
          std::span<token_t> last,            // [sequences]
          gradus::matrix_view<float> logits,  // [sequences, vocabulary]
          gradus::workspace& memory) {
    model.forward_each(std::span<const token_t>{last}, caches, logits, memory);
    for (index_t s = 0; s < last.size(); ++s) {
        last[s] = pick(logits.row(s), s, place);
    }
}

/// Writes `count` tokens for each sequence; `pick(logits, sequence, place)` chooses, and may use up
/// the logits. The prompt is not empty.
template <class Pick>
[[nodiscard]] generation generate(const gradus::llama& model,
                                  std::span<const token_t> prompt,
                                  index_t sequences,
                                  index_t count,
                                  const Pick& pick) {
    using clock = std::chrono::steady_clock;
    generation made{.tokens = std::vector<token_t>(sequences * count), .step_seconds = {}};
    made.step_seconds.reserve(count);
    std::vector<float> values(sequences * model.vocabulary());
    const gradus::matrix_view<float> logits{values.data(), sequences, model.vocabulary()};
    auto memory = model.make_workspace(std::max(prompt.size(), sequences));
    auto caches = model.make_caches(prompt.size() + count);

    clock::time_point start = clock::now();
    model.forward(prompt, std::span{caches}, logits.block(0, 1), memory);
    made.prefill_seconds = seconds_since(start);
    const std::vector<float> after_prompt(logits.row(0).begin(), logits.row(0).end());
    std::vector<token_t> last(sequences);
    for (index_t s = sequences; s-- > 0;) {  // the first sequence at last: it is the one timed
        std::copy(after_prompt.begin(), after_prompt.end(), logits.row(s).begin());
        start = clock::now();
        last[s] = pick(logits.row(s), s, 0);
    }
    made.first_token_seconds = made.prefill_seconds + seconds_since(start);

    caches = copies_of(caches, sequences);
    for (index_t i = 0; i < count; ++i) {
        if (i > 0) {
            start = clock::now();
            step(model, caches, i, pick, last, logits, memory);
            made.step_seconds.push_back(seconds_since(start));
        }
        for (index_t s = 0; s < sequences; ++s) {
            made.tokens[s * count + i] = last[s];
        }
    }
    return made;
}

}  // namespace generate_text

// SPDX-License-Identifier: MIT
// Parts with an activation scheme, and parts that threads share.
#include "small_model.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/kernels/decode.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>

namespace {

using namespace gradus::test;
using gradus::f32_activations;
using gradus::f32_panels;
using gradus::index_t;
using gradus::int8_per_token;
using gradus::make_part;
using gradus::part_pointer;

using packed_layout = gradus::layout<gradus::uniform_symmetric<4>, gradus::group<>>;

gradus::packed_matrix<packed_layout> packed(gradus::weights_view w) {
    return gradus::quantize(w, gradus::recipe<packed_layout>{}).value();
}

matrix product(const part_pointer& part, const matrix& x) {
    matrix y(x.rows, part->rows());
    part->multiply(x.view(), y.view(), gradus::accumulation::none);
    return y;
}

/// The model with all its decoder matrices packed.
template <class Scheme> gradus::llama packed_model(Scheme scheme) {
    const auto weights = random_weights(small_config());
    auto model = model_of(weights);
    for (const auto& matrix : model.matrices()) {
        const auto w = weights.at(matrix.name).view();
        REQUIRE(model.replace(matrix.name, {make_part(packed(w), scheme)}));
    }
    return model;
}

double norm(const matrix& m) {
    double sum = 0.0;
    for (const float v : m.values) {
        sum += static_cast<double>(v) * static_cast<double>(v);
    }
    return std::sqrt(sum);
}

}  // namespace

TEST_CASE("a part with bytes as activations errs by half a step of each, and no more") {
    const matrix w(37, 150, 1);
    matrix values(37, 150);
    const auto stored = packed(w.view());
    gradus::decode(stored.view(), values.view());
    for (const index_t tokens : std::initializer_list<index_t>{1, 2, 17}) {
        const matrix x(tokens, 150, 2);
        const matrix y = product(make_part(packed(w.view()), int8_per_token{}), x);
        CHECK(y.values != product(make_part(packed(w.view())), x).values);
        for (index_t t = 0; t < tokens; ++t) {
            double largest = 0.0;
            for (const float v : x.view().row(t)) {
                largest = std::max(largest, std::abs(static_cast<double>(v)));
            }
            for (index_t r = 0; r < 37; ++r) {
                double exact = 0.0;
                double bound = 1e-5;
                for (index_t c = 0; c < 150; ++c) {
                    const auto weight = static_cast<double>(values(r, c));
                    exact += weight * static_cast<double>(x(t, c));
                    bound += std::abs(weight) * largest / 127.0 / 2.0;
                }
                CHECK(std::abs(static_cast<double>(y(t, r)) - exact) <= bound);
            }
        }
    }
}

TEST_CASE("threads share a product without changing it") {
    gradus::thread_pool threads{3};
    const matrix w(75, 130, 3);
    for (const index_t tokens : std::initializer_list<index_t>{1, 5, 33}) {
        const matrix x(tokens, 130, 4);
        CHECK(product(make_part(f32_panels{w.view()}, f32_activations{}, threads), x).values ==
              product(make_part(f32_panels{w.view()}), x).values);
        CHECK(product(make_part(packed(w.view()), f32_activations{}, threads), x).values ==
              product(make_part(packed(w.view())), x).values);
        CHECK(product(make_part(packed(w.view()), int8_per_token{}, threads), x).values ==
              product(make_part(packed(w.view()), int8_per_token{}), x).values);
    }
}

TEST_CASE("a model runs on bytes as activations from end to end") {
    const auto tokens = random_tokens(20, small_config().vocab_size);
    const matrix exact = logits_of(packed_model(f32_activations{}), tokens);
    matrix seen = logits_of(packed_model(int8_per_token{}), tokens);
    CHECK(seen.values != exact.values);
    for (index_t i = 0; i < seen.values.size(); ++i) {
        seen.values[i] -= exact.values[i];
    }
    CHECK(norm(seen) < 0.1 * norm(exact));  // a step is 1/254 of the largest activation
}

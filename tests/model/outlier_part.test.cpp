// SPDX-License-Identifier: MIT
// Outlier channels beside the integers, and models whose activations are integers.
#include "small_model.hpp"

#include <gradus/eval/divergence.hpp>
#include <gradus/kernels/decode.hpp>
#include <gradus/kernels/f32_softmax.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/model/outlier_part.hpp>
#include <gradus/quantize/quantize.hpp>

namespace {

using namespace gradus::test;
using gradus::accumulation;
using gradus::floats;
using gradus::index_t;

template <int Bits>
using groups_of_32 = gradus::layout<gradus::uniform_symmetric<Bits>, gradus::group<32>>;

template <int Bits> gradus::packed_matrix<groups_of_32<Bits>> in_groups(gradus::weights_view w) {
    return gradus::quantize(w, gradus::recipe<groups_of_32<Bits>>{}).value();
}

/// The largest error of a part's products with the weights as packed.
double worst_product(const gradus::part_pointer& part, const matrix& levels, const matrix& x) {
    matrix y(x.rows, levels.rows);
    part->multiply(x.view(), y.view(), accumulation::none);
    double most = 0.0;
    for (index_t t = 0; t < x.rows; ++t) {
        for (index_t r = 0; r < levels.rows; ++r) {
            double exact = 0.0;
            for (index_t c = 0; c < x.cols; ++c) {
                exact += static_cast<double>(levels(r, c)) * static_cast<double>(x(t, c));
            }
            most = std::max(most, std::abs(static_cast<double>(y(t, r)) - exact));
        }
    }
    return most;
}

/// Mean divergence of the predictions when `part_of` makes each decoder matrix.
template <class PartOf> double divergence_of(PartOf&& part_of) {
    auto config = small_config();
    config.hidden_size = 64;
    config.intermediate_size = 96;
    const auto weights = random_weights(config);
    const auto tokens = random_tokens(48, config.vocab_size);
    const gradus::llama reference = model_of(weights);
    auto changed = model_of(weights);
    for (const auto& matrix : changed.matrices()) {
        REQUIRE(changed.replace(matrix.name, {part_of(weights.at(matrix.name).view())}));
    }
    matrix p = logits_of(reference, tokens);
    matrix q = logits_of(changed, tokens);
    std::vector<float> scratch(p.cols);
    double total = 0.0;
    for (index_t t = 0; t < p.rows; ++t) {
        gradus::log_softmax(p.view().row(t), scratch);
        gradus::log_softmax(q.view().row(t), scratch);
        total += gradus::divergence(p.view().row(t), q.view().row(t));
    }
    return total / static_cast<double>(p.rows);
}

}  // namespace

TEST_CASE("outlier channels no longer coarsen the others") {
    const matrix w(37, 150, 1);
    matrix levels(37, 150);
    const auto stored = in_groups<4>(w.view());
    gradus::decode(stored.view(), levels.view());
    for (const index_t tokens : std::initializer_list<index_t>{1, 3, 16, 33}) {
        matrix x(tokens, 150, 2);
        for (index_t t = 0; t < tokens; ++t) {
            x(t, 3) *= 100.0f;
            x(t, 149) = 60.0f;
        }
        const auto whole = gradus::make_part(in_groups<4>(w.view()), gradus::int8_per_token{});
        const auto split =
            gradus::make_outlier_part(in_groups<4>(w.view()), {3, 149}, gradus::int8_per_token{});
        const double bound = 150.0 * 0.5 / 127.0 + 2.0 * 100.0 / 2048.0 + 1e-3;
        CHECK(worst_product(split, levels, x) <= bound);
        CHECK(worst_product(split, levels, x) < 0.2 * worst_product(whole, levels, x));
        const auto none =
            gradus::make_outlier_part(in_groups<4>(w.view()), {}, gradus::int8_per_token{});
        CHECK(worst_product(none, levels, x) == worst_product(whole, levels, x));
    }
}

TEST_CASE("an outlier part adds to what is there") {
    const matrix w(20, 64, 1);
    const matrix x(5, 64, 2);
    const auto part =
        gradus::make_outlier_part(in_groups<8>(w.view()), {0, 7}, gradus::int8_per_token{});
    matrix once(5, 20);
    part->multiply(x.view(), once.view(), accumulation::none);
    matrix twice = once;
    part->multiply(x.view(), twice.view(), accumulation::add);
    for (index_t i = 0; i < once.values.size(); ++i) {
        CHECK(static_cast<double>(twice.values[i]) ==
              doctest::Approx(2.0 * static_cast<double>(once.values[i])).epsilon(1e-5));
    }
}

TEST_CASE("predictions with 8-bit weights and activations are nearly the model's") {
    const double w8 = divergence_of([](auto w) { return gradus::make_part(in_groups<8>(w)); });
    const double w8a8 = divergence_of(
        [](auto w) { return gradus::make_part(in_groups<8>(w), gradus::int8_per_token{}); });
    const double w8a16 = divergence_of(
        [](auto w) { return gradus::make_part(in_groups<8>(w), gradus::int16_per_token{}); });
    const double w4 = divergence_of([](auto w) { return gradus::make_part(in_groups<4>(w)); });
    const double w4a8 = divergence_of(
        [](auto w) { return gradus::make_part(in_groups<4>(w), gradus::int8_per_token{}); });
    MESSAGE("KLD: W8 ", w8, ", W8A8 ", w8a8, ", W8A16 ", w8a16, ", W4 ", w4, ", W4A8 ", w4a8);
    CHECK(w8a8 < 1e-4);
    CHECK(w8a8 > w8);
    CHECK(w8a16 < 1.1 * w8);
    CHECK(w4a8 < 1.1 * w4);  // the weights' error hides that of the activations
}

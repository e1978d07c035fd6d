// SPDX-License-Identifier: MIT
// Weights of channels against what small errors really do, in double.
#include "../model/random_matrix.hpp"

#include <gradus/kv_plan/recording_cache.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

using gradus::index_t;
using gradus::test::matrix;

constexpr index_t heads = 2;
constexpr index_t sharing = 2;
constexpr index_t width = 6;
constexpr index_t tokens = 9;
constexpr index_t hidden = 7;

struct layer {
    std::vector<double> k;
    std::vector<double> v;
    matrix q{tokens, heads* sharing* width, 3, 2.0f};
    matrix output{hidden, heads* sharing* width, 4};
};

/// The output of the attention layer, [tokens, hidden].
std::vector<double> attend(const layer& l) {
    std::vector<double> out(tokens * hidden, 0.0);
    for (index_t i = 0; i < tokens; ++i) {
        for (index_t h = 0; h < heads * sharing; ++h) {
            const index_t at = h / sharing * width;
            std::vector<double> a(i + 1);
            double total = 0.0;
            for (index_t t = 0; t <= i; ++t) {
                double score = 0.0;
                for (index_t d = 0; d < width; ++d) {
                    score += static_cast<double>(l.q(i, h * width + d)) *
                             l.k[t * heads * width + at + d];
                }
                total += a[t] = std::exp(score / std::sqrt(static_cast<double>(width)));
            }
            for (index_t t = 0; t <= i; ++t) {
                for (index_t d = 0; d < width; ++d) {
                    for (index_t r = 0; r < hidden; ++r) {
                        out[i * hidden + r] += a[t] / total * l.v[t * heads * width + at + d] *
                                               static_cast<double>(l.output(r, h * width + d));
                    }
                }
            }
        }
    }
    return out;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0.0;
    for (index_t i = 0; i < a.size(); ++i) {
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
}

}  // namespace

TEST_CASE("weights are what an error in a channel adds to the error of the layer's output") {
    const matrix k{tokens, heads * width, 1};
    const matrix v{tokens, heads * width, 2};
    layer l;
    l.k.assign(k.values.begin(), k.values.end());
    l.v.assign(v.values.begin(), v.values.end());
    const matrix& output = l.output;
    gradus::layer_recorder recorder{output.view(), heads, width};
    gradus::recording_cache cache{{heads, width, tokens}, recorder};
    cache.append(k.view(), v.view());
    matrix out{tokens, heads * sharing * width};
    const matrix& q = l.q;
    cache.attend(q.view(), out.view());
    const auto found = recorder.finish();
    const std::vector<double> exact = attend(l);
    constexpr double error = 1e-4;
    for (index_t h = 0; h < heads; ++h) {
        REQUIRE(found[h].tokens == tokens);
        CHECK(found[h].queries == tokens * sharing);
        for (index_t d = 0; d < width; ++d) {
            double of_keys = 0.0;
            double of_values = 0.0;
            for (index_t t = 0; t < tokens; ++t) {
                layer changed = l;
                changed.k[t * heads * width + h * width + d] += error;
                of_keys += distance(attend(changed), exact);
                changed = l;
                changed.v[t * heads * width + h * width + d] += error;
                of_values += distance(attend(changed), exact);
            }
            const double scale = error * error * static_cast<double>(tokens);
            // Heads that share a key add up before they are squared; as independent they are first
            // summed in squares. With one query head each the two agree, see below.
            CHECK(found[h].value_weights[d] > 0.2 * of_values / scale);
            CHECK(found[h].key_weights[d] > 0.2 * of_keys / scale);
        }
    }
}

TEST_CASE("with one query head each the weights are exact to first order") {
    const matrix k{tokens, width, 5};
    const matrix v{tokens, width, 6};
    const matrix q{tokens, width, 7, 2.0f};
    const matrix output{hidden, width, 8};
    gradus::layer_recorder recorder{output.view(), 1, width};
    recorder.add(q.view(), k.view(), v.view());
    const auto found = recorder.finish();
    const auto outcome = [&](const std::vector<float>& keys, const std::vector<float>& values) {
        std::vector<double> out(tokens * hidden, 0.0);
        for (index_t i = 0; i < tokens; ++i) {
            std::vector<double> a(i + 1);
            double total = 0.0;
            for (index_t t = 0; t <= i; ++t) {
                double score = 0.0;
                for (index_t d = 0; d < width; ++d) {
                    score +=
                        static_cast<double>(q(i, d)) * static_cast<double>(keys[t * width + d]);
                }
                total += a[t] = std::exp(score / std::sqrt(static_cast<double>(width)));
            }
            for (index_t t = 0; t <= i; ++t) {
                for (index_t d = 0; d < width; ++d) {
                    for (index_t r = 0; r < hidden; ++r) {
                        out[i * hidden + r] += a[t] / total *
                                               static_cast<double>(values[t * width + d]) *
                                               static_cast<double>(output(r, d));
                    }
                }
            }
        }
        return out;
    };
    const std::vector<double> exact = outcome(k.values, v.values);
    constexpr float error = 0x1p-10f;
    for (index_t d = 0; d < width; ++d) {
        double of_keys = 0.0;
        double of_values = 0.0;
        for (index_t t = 0; t < tokens; ++t) {
            std::vector<float> keys = k.values;
            std::vector<float> values = v.values;
            keys[t * width + d] += error;
            values[t * width + d] += error;
            of_keys += distance(outcome(keys, v.values), exact);
            of_values += distance(outcome(k.values, values), exact);
        }
        const double scale =
            static_cast<double>(error) * static_cast<double>(error) * static_cast<double>(tokens);
        CHECK(found[0].key_weights[d] == doctest::Approx(of_keys / scale).epsilon(0.01));
        CHECK(found[0].value_weights[d] == doctest::Approx(of_values / scale).epsilon(0.001));
    }
    double energy = 0.0;
    for (index_t i = 0; i < tokens; ++i) {
        energy += static_cast<double>(q(i, 0)) * static_cast<double>(q(i, 0)) /
                  static_cast<double>(tokens);
    }
    CHECK(found[0].query_energy[0] == doctest::Approx(energy));
    CHECK(found[0].peaks[0] == 1.0f);  // the first query sees nothing else
    CHECK(found[0].peaks[tokens - 1] < 1.0f);
}

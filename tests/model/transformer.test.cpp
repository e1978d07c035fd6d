// SPDX-License-Identifier: MIT
// What holds for any weights: against an oracle in double precision, causality, plans.
#include "small_model.hpp"

namespace {

using namespace gradus::test;
using gradus::index_t;
using gradus::model_weights;
using gradus::token_t;

using row = std::vector<double>;

/// The model once more, token by token in double precision, straight from its definition.
class oracle {
  public:
    explicit oracle(const model_weights& weights) : w_{weights}, c_{weights.config} {}

    /// Logits of the last token.
    row logits(std::span<const token_t> tokens) {
        std::vector<row> x;
        for (const token_t token : tokens) {
            row embedded;
            for (const float v : w_.at("model.embed_tokens.weight").view().row(token)) {
                embedded.push_back(static_cast<double>(v));
            }
            x.push_back(embedded);
        }
        for (index_t layer = 0; layer < c_.num_hidden_layers; ++layer) {
            run_layer(layer, x);
        }
        return times(c_.tie_word_embeddings ? "model.embed_tokens" : "lm_head",
                     norm("model.norm.weight", x.back()));
    }

  private:
    row norm(const std::string& name, const row& x) const {
        double squares = 0.0;
        for (const double v : x) {
            squares += v * v;
        }
        const double rms = std::sqrt(squares / static_cast<double>(x.size()) + c_.rms_norm_eps);
        row y(x.size());
        for (index_t i = 0; i < x.size(); ++i) {
            y[i] = x[i] / rms * static_cast<double>(w_.at(name).values[i]);
        }
        return y;
    }

    row times(const std::string& stem, const row& x) const {
        const auto& matrix = w_.at(stem + ".weight");
        const auto* bias = w_.find(stem + ".bias");
        row y(matrix.rows);
        for (index_t r = 0; r < matrix.rows; ++r) {
            y[r] = bias == nullptr ? 0.0 : static_cast<double>(bias->values[r]);
            for (index_t i = 0; i < x.size(); ++i) {
                y[r] += static_cast<double>(matrix.view()(r, i)) * x[i];
            }
        }
        return y;
    }

    void turn(row& x, index_t position) const {
        const index_t half = c_.head_dim / 2;
        for (index_t head = 0; head < x.size(); head += c_.head_dim) {
            for (index_t i = 0; i < half; ++i) {
                const double angle = static_cast<double>(position) *
                                     std::pow(c_.rope_theta, -2.0 * static_cast<double>(i) /
                                                                 static_cast<double>(c_.head_dim));
                const double a = x[head + i];
                const double b = x[head + i + half];
                x[head + i] = a * std::cos(angle) - b * std::sin(angle);
                x[head + i + half] = b * std::cos(angle) + a * std::sin(angle);
            }
        }
    }

    row
    attend(const row& q, const std::vector<row>& k, const std::vector<row>& v, index_t last) const {
        const index_t width = c_.head_dim;
        row out(q.size(), 0.0);
        for (index_t head = 0; head < c_.num_attention_heads; ++head) {
            const index_t shared = head * c_.num_key_value_heads / c_.num_attention_heads;
            row weight(last + 1);
            double total = 0.0;
            for (index_t t = 0; t <= last; ++t) {
                double score = 0.0;
                for (index_t d = 0; d < width; ++d) {
                    score += q[head * width + d] * k[t][shared * width + d];
                }
                total += weight[t] = std::exp(score / std::sqrt(static_cast<double>(width)));
            }
            for (index_t t = 0; t <= last; ++t) {
                for (index_t d = 0; d < width; ++d) {
                    out[head * width + d] += weight[t] / total * v[t][shared * width + d];
                }
            }
        }
        return out;
    }

    void run_layer(index_t layer, std::vector<row>& x) const {
        const auto name = [&](const char* rest) { return gradus::layer_name(layer, rest); };
        std::vector<row> q;
        std::vector<row> k;
        std::vector<row> v;
        for (index_t t = 0; t < x.size(); ++t) {
            const row normed = norm(name("input_layernorm.weight"), x[t]);
            q.push_back(times(name("self_attn.q_proj"), normed));
            k.push_back(times(name("self_attn.k_proj"), normed));
            v.push_back(times(name("self_attn.v_proj"), normed));
            turn(q.back(), t);
            turn(k.back(), t);
        }
        for (index_t t = 0; t < x.size(); ++t) {
            add(x[t], times(name("self_attn.o_proj"), attend(q[t], k, v, t)));
            const row normed = norm(name("post_attention_layernorm.weight"), x[t]);
            row hidden = times(name("mlp.gate_proj"), normed);
            const row up = times(name("mlp.up_proj"), normed);
            for (index_t i = 0; i < hidden.size(); ++i) {
                hidden[i] *= up[i] / (1.0 + std::exp(-hidden[i]));
            }
            add(x[t], times(name("mlp.down_proj"), hidden));
        }
    }

    static void add(row& x, const row& y) {
        for (index_t i = 0; i < x.size(); ++i) {
            x[i] += y[i];
        }
    }

    const model_weights& w_;
    const gradus::model_config& c_;
};

}  // namespace

TEST_CASE("the model agrees with its definition in double precision") {
    auto config = small_config();
    for (const bool tied : {false, true}) {
        config.tie_word_embeddings = tied;
        config.attention_bias = config.mlp_bias = !tied;
        const auto weights = random_weights(config);
        const auto model = model_of(weights);
        const auto tokens = random_tokens(13, config.vocab_size);
        const matrix logits = logits_of(model, tokens);
        for (const index_t t : {index_t{0}, index_t{5}, index_t{12}}) {
            const row expected = oracle{weights}.logits(std::span{tokens}.first(t + 1));
            for (index_t i = 0; i < config.vocab_size; ++i) {
                CHECK(std::abs(static_cast<double>(logits(t, i)) - expected[i]) < 2e-5);
            }
        }
    }
}

TEST_CASE("changing a later token never changes earlier logits") {
    const auto model = model_of(random_weights(small_config()));
    auto tokens = random_tokens(40, model.vocabulary());
    const matrix before = logits_of(model, tokens);
    for (const index_t from : {39u, 20u, 1u}) {
        tokens[from] = (tokens[from] + 1) % 29;
        const matrix after = logits_of(model, tokens);
        const auto early = static_cast<std::ptrdiff_t>(from * model.vocabulary());
        CHECK(
            std::equal(before.values.begin(), before.values.begin() + early, after.values.begin()));
        CHECK(before.values != after.values);
    }
}

TEST_CASE("blocks of tokens give the logits of single ones") {
    const auto model = model_of(random_weights(small_config()));
    const auto tokens = random_tokens(50, model.vocabulary());
    const matrix whole = logits_of(model, tokens);
    for (const index_t block : {1u, 7u, 16u, 49u}) {
        CHECK(largest_difference(whole, logits_of(model, tokens, block)) < 1e-5);
    }
}

TEST_CASE("the last logits can be had alone, and truncation rewinds") {
    const auto model = model_of(random_weights(small_config()));
    const auto tokens = random_tokens(20, model.vocabulary());
    const matrix whole = logits_of(model, tokens);
    auto caches = model.make_caches(20);
    auto memory = model.make_workspace(20);
    matrix last(1, model.vocabulary());
    for (int pass = 0; pass < 2; ++pass) {
        model.forward(std::span{tokens}.subspan(caches[0].length()), std::span{caches}, last.view(),
                      memory);
        const auto expected = whole.view().row(19);
        for (index_t i = 0; i < expected.size(); ++i) {
            CHECK(std::abs(last(0, i) - expected[i]) < 1e-5f);
        }
        for (auto& cache : caches) {
            cache.truncate(11);
        }
    }
}

TEST_CASE("plans repeat, leave out and scale blocks") {
    const auto weights = random_weights(small_config());
    const auto model = model_of(weights);
    const auto tokens = random_tokens(9, model.vocabulary());
    const matrix plain = logits_of(model, tokens);
    auto planned = model;

    planned.set_plan({{0}, {1}, {2}});
    CHECK(logits_of(planned, tokens).values == plain.values);
    planned.set_plan({{0}, {1, 0.0f}, {1}, {2}});  // a step without gain does nothing
    CHECK(logits_of(planned, tokens).values == plain.values);
    CHECK(planned.make_caches(9).size() == 4);
    planned.set_plan({{2}, {1}, {0}});
    CHECK(logits_of(planned, tokens).values != plain.values);

    // A gain scales what attention and feed-forward add, that is their last matrices.
    auto halved = weights;
    for (const char* stem : {"self_attn.o_proj", "mlp.down_proj"}) {
        for (const char* kind : {".weight", ".bias"}) {
            for (float& v : halved.find(gradus::layer_name(1, stem) + kind)->values) {
                v *= 0.5f;
            }
        }
    }
    planned.set_plan({{0}, {1, 0.5f}, {2}});
    CHECK(largest_difference(logits_of(planned, tokens), logits_of(model_of(halved), tokens)) <
          1e-5);

    // Without steps, the head sees the embedding.
    planned.set_plan({});
    CHECK(logits_of(planned, tokens).rows == 9);
}

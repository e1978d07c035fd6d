// SPDX-License-Identifier: MIT
// Losses of one model beside another: zero for itself, equal for all threads and budgets.
#include "../model/small_model.hpp"

#include <gradus/core/thread_pool.hpp>
#include <gradus/eval/baseline.hpp>

namespace {

using namespace gradus::test;
using gradus::baseline;
using gradus::index_t;
using gradus::window;
using gradus::window_losses;
using gradus::window_set;

bool same(const std::vector<window_losses>& a, const std::vector<window_losses>& b) {
    bool equal = a.size() == b.size();
    for (index_t i = 0; equal && i < a.size(); ++i) {
        equal = a[i].nats == b[i].nats && a[i].float_nats == b[i].float_nats &&
                a[i].divergence == b[i].divergence && a[i].agreed == b[i].agreed &&
                a[i].positions == b[i].positions;
    }
    return equal;
}

struct fixture {
    gradus::model_weights weights = random_weights(small_config());
    gradus::llama model = model_of(weights);
    std::vector<gradus::token_t> tokens = random_tokens(500, 29);
    std::vector<window> windows =
        gradus::cut_windows(tokens, {.context = 24, .document = gradus::token_t{3}}).value();
    window_set set{tokens, windows};
    gradus::serial one;

    /// The model with noise on one matrix.
    [[nodiscard]] gradus::llama disturbed() const {
        auto other = weights;
        auto* matrix = other.find("model.layers.1.mlp.up_proj.weight");
        const auto change = noise(matrix->values.size(), 80, 0.5f);
        for (index_t i = 0; i < change.size(); ++i) {
            matrix->values[i] += change[i];
        }
        return model_of(other);
    }
};

constexpr index_t plenty = index_t{1} << 30;

}  // namespace

TEST_CASE("a model does not diverge from itself") {
    fixture f;
    for (const index_t budget : {plenty, index_t{0}}) {
        const baseline base{f.model, f.set, f.one, budget};
        const auto l = gradus::summarize(base.compare(f.model, f.one));
        CHECK(l.kld == 0.0);
        CHECK(l.kld_high == 0.0);
        CHECK(l.ppl_ratio == 1.0);
        CHECK(l.ln_ratio_low == 0.0);
        CHECK(l.top1 == 1.0);
        CHECK(l.positions == f.set.positions());
        CHECK(l.ppl == doctest::Approx(measure_nats(f.model, f.set, f.one).perplexity()));
    }
}

TEST_CASE("another model diverges, alike for all thread counts and budgets") {
    fixture f;
    const auto other = f.disturbed();
    gradus::thread_pool two{2};
    const baseline kept{f.model, f.set, two, plenty};
    const baseline lean{f.model, f.set, f.one, 1000};
    CHECK(kept.kept());
    CHECK(kept.size_in_bytes() == f.set.positions() * 29 * 4);
    CHECK(!lean.kept());
    CHECK(lean.size_in_bytes() == 0);
    const auto expected = kept.compare(other, f.one);
    CHECK(same(kept.compare(other, two), expected));
    CHECK(same(lean.compare(other, f.one), expected));
    CHECK(same(lean.compare(other, two), expected));
    const auto l = gradus::summarize(expected);
    CHECK(l.kld > 0.0);
    CHECK(l.kld_low <= l.kld);
    CHECK(l.kld <= l.kld_high);
    CHECK(l.top1 < 1.0);
    for (const window_losses& w : expected) {
        CHECK(w.divergence > 0.0);
    }
}

TEST_CASE("nats of windows are the sums of their positions") {
    fixture f;
    gradus::thread_pool two{2};
    const auto nats = measure_nats(f.model, f.set, two);
    CHECK(nats.by_window == measure_nats(f.model, f.set, f.one).by_window);
    const window& w = f.windows[1];
    const auto text = std::span{f.tokens}.subspan(w.first, w.length);
    matrix logits = logits_of(f.model, text);
    double expected = 0.0;
    for (index_t p = 1; p < w.length; ++p) {
        double total = 0.0;
        for (const float v : logits.view().row(p - 1)) {
            total += std::exp(static_cast<double>(v));
        }
        expected += std::log(total) - static_cast<double>(logits(p - 1, text[p]));
    }
    CHECK(nats.by_window[1] == doctest::Approx(expected).epsilon(1e-6));
}

TEST_CASE("scoring half a window gives that half of its nats") {
    fixture f;
    std::vector<window> early = {{48, 20, 1}};
    std::vector<window> late = early;
    early[0].length = 11;
    late[0].scored_from = 11;
    const std::vector<window> whole = {{48, 20, 1}};
    const auto nats = [&](const std::vector<window>& windows) {
        return measure_nats(f.model, window_set{f.tokens, windows}, f.one).by_window[0];
    };
    CHECK(nats(early) + nats(late) == doctest::Approx(nats(whole)).epsilon(1e-6));
}

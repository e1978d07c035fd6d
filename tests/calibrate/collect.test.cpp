// SPDX-License-Identifier: MIT
// What is collected is what a plain forward pass feeds to the matrices.
#include "recorded_inputs.hpp"
#include "same_statistics.hpp"

#include <gradus/calibrate/collect.hpp>
#include <gradus/core/thread_pool.hpp>

#include <map>
#include <string>

namespace {

using namespace gradus::test;
using gradus::block_stream;
using gradus::calibration_text;
using gradus::distinct_input;
using gradus::done;
using gradus::errc;
using gradus::index_t;
using gradus::input_statistics;
using gradus::llama;
using gradus::pass_progress;
using gradus::status;
using gradus::step_statistics;

using stream = block_stream<llama>;
using all_statistics = std::map<std::string, input_statistics<>>;

constexpr gradus::serial here{};

/// What the recorded batches add up to.
input_statistics<> statistics_of(const std::string& name, const std::vector<matrix>& batches) {
    input_statistics<> s{name, batches[0].cols};
    for (const matrix& x : batches) {
        REQUIRE(s.add(x.view()));
    }
    return s;
}

void check_against(const recorded_inputs& inputs, const all_statistics& found) {
    CHECK(found.size() == 4 * inputs.size());
    for (index_t block = 0; block < inputs.size(); ++block) {
        for (const distinct_input input : gradus::distinct_inputs) {
            const std::string name = gradus::input_name(block, input);
            const auto& batches = inputs[block][static_cast<index_t>(input)];
            REQUIRE(found.contains(name));
            CHECK_MESSAGE(same_statistics(statistics_of(name, batches), found.at(name)), name);
        }
    }
}

template <class Executor>
all_statistics
collect_all(const llama& model, const calibration_text& text, index_t wave, Executor&& threads) {
    auto s = stream::start(model, text, wave).value();
    all_statistics found;
    while (!s.at_end()) {
        step_statistics<> step;
        REQUIRE(gradus::collect_step(s, step, {}, threads));
        for (auto& statistics : step) {
            REQUIRE(statistics.has_value());
            found.emplace(statistics->name(), std::move(*statistics));
        }
    }
    return found;
}

/// Other weights for every matrix that reads an input: noise, by the matrix's name.
status replace_readers(llama& model, index_t layer, distinct_input input, float scale) {
    for (const std::string_view reader : gradus::llama_readers(input)) {
        const std::string name = gradus::layer_name(layer, reader);
        const gradus::linear* old = model.find(name);
        const matrix w(old->rows(), old->cols(), 500 + layer * 7 + reader.size(), scale);
        auto part = gradus::make_part(gradus::f32_panels{w.view()});
        if (status replaced = model.replace(name, {part}); !replaced) { return replaced; }
    }
    return done{};
}

}  // namespace

TEST_CASE("every input of every block is collected as a plain forward pass computes it") {
    const llama model = model_of(random_weights(small_config()));
    const calibration_text text = small_text(model.vocabulary());
    const auto inputs = record_inputs(model, text);
    const auto found = collect_all(model, text, 3, here);
    check_against(inputs, found);
    // The sums themselves, once by brute force in double.
    const auto& down = found.at("blocks.1.down");
    double worst = 0.0;
    for (index_t i = 0; i < down.width(); ++i) {
        for (index_t j = 0; j <= i; ++j) {
            double sum = 0.0;
            for (const matrix& x : inputs[1][3]) {
                for (index_t t = 0; t < x.rows; ++t) {
                    sum += static_cast<double>(x(t, i)) * static_cast<double>(x(t, j));
                }
            }
            worst = std::max(worst, std::abs(sum - static_cast<double>(down.products()(i, j))));
        }
    }
    CHECK(worst < 1e-3);
}

TEST_CASE("neither threads nor sequences in flight change a byte") {
    const llama model = model_of(random_weights(small_config()));
    const calibration_text text = small_text(model.vocabulary());
    const auto alone = collect_all(model, text, 1, here);
    gradus::thread_pool three{3};
    for (const index_t wave : {2u, 5u, 100u}) {
        const auto shared = collect_all(model, text, wave, three);
        REQUIRE(shared.size() == alone.size());
        for (const auto& entry : alone) {
            CHECK_MESSAGE(same_statistics(entry.second, shared.at(entry.first)), entry.first);
        }
    }
}

TEST_CASE("a cancelled step goes on with what it has") {
    const llama model = model_of(random_weights(small_config()));
    const calibration_text text = small_text(model.vocabulary());
    auto straight = stream::start(model, text, 2).value();
    step_statistics<> expected;
    REQUIRE(gradus::collect_step(straight, expected));
    auto halting = stream::start(model, text, 2).value();
    step_statistics<> found;
    index_t stops = 0;
    const auto stop_always = [](const pass_progress&) { return false; };
    while (halting.step() == 0) {
        const auto ran = gradus::collect_step(halting, found, {}, here, stop_always);
        if (!ran) {
            CHECK(ran.error().code == errc::cancelled);
            ++stops;
        }
    }
    CHECK(stops == 6);  // four waves a half, and the last one ends it
    for (index_t i = 0; i < 4; ++i) {
        CHECK(same_statistics(*expected[i], *found[i]));
    }
}

TEST_CASE("true sequential: every input is that of the model with all replacements in place") {
    llama model = model_of(random_weights(small_config()));
    const calibration_text text = small_text(model.vocabulary());
    all_statistics found;
    std::vector<std::string> order;
    const auto solve = [&](index_t step, distinct_input input, input_statistics<>& s) -> status {
        order.push_back(s.name());
        CHECK(s.name() == gradus::input_name(step, input));
        found.emplace(s.name(), std::move(s));
        return replace_readers(model, step, input, 0.3f);
    };
    auto s = stream::start(model, text).value();
    gradus::sequential_state<> state;
    stream* const none = nullptr;
    while (!s.at_end()) {
        REQUIRE(gradus::collect_sequentially(s, none, state, solve));
    }
    CHECK(order.size() == 12);
    CHECK(order[1] == "blocks.0.output");
    CHECK(order[6] == "blocks.1.feed_forward");
    check_against(record_inputs(model, text), found);
}

TEST_CASE("asymmetric: cross products join the dense model's inputs and the replaced one's") {
    const llama dense = model_of(random_weights(small_config()));
    llama model = dense;
    const calibration_text text = small_text(model.vocabulary());
    all_statistics found;
    const auto solve = [&](index_t step, distinct_input input, input_statistics<>& s) -> status {
        found.emplace(s.name(), std::move(s));
        return replace_readers(model, step, input, 0.3f);
    };
    auto s = stream::start(model, text).value();
    auto beside = stream::start(dense, text, 2).value();
    gradus::sequential_state<> state;
    bool halt = false;  // every other question is answered by a stop
    const auto sometimes = [&](const pass_progress&) { return halt = !halt; };
    while (!s.at_end()) {
        const auto ran = gradus::collect_sequentially(
            s, &beside, state, solve, {.products = true, .cross = true}, here, sometimes);
        CHECK((ran || ran.error().code == errc::cancelled));
    }
    CHECK(beside.at_end());
    const auto inputs = record_inputs(model, text);
    const auto dense_inputs = record_inputs(dense, text);
    REQUIRE(found.size() == 12);
    for (index_t block = 0; block < 3; ++block) {
        for (const distinct_input input : gradus::distinct_inputs) {
            const auto& x = inputs[block][static_cast<index_t>(input)];
            const auto& z = dense_inputs[block][static_cast<index_t>(input)];
            const std::string name = gradus::input_name(block, input);
            input_statistics<> expected{name, x[0].cols, {.products = true, .cross = true}};
            for (index_t i = 0; i < x.size(); ++i) {
                REQUIRE(expected.add_pair(z[i].view(), x[i].view()));
            }
            CHECK_MESSAGE(same_statistics(expected, found.at(name)), name);
        }
    }
}

TEST_CASE("an activation that overflows is named by input and channel") {
    auto weights = random_weights(small_config());
    weights.find("model.layers.1.mlp.up_proj.bias")->values[7] = 3e38f;
    weights.find("model.layers.1.mlp.gate_proj.bias")->values[7] = 100.0f;
    const llama model = model_of(weights);
    auto s = stream::start(model, small_text(model.vocabulary())).value();
    step_statistics<> first;
    step_statistics<> second;
    REQUIRE(gradus::collect_step(s, first));
    const auto failed = gradus::collect_step(s, second);
    REQUIRE(!failed);
    CHECK(failed.error().code == errc::nonfinite);
    CHECK(failed.error().message.find("'blocks.1.down': channel 7 ") != std::string::npos);
}

TEST_CASE("at the end of the plan there is nothing to collect") {
    const llama model = model_of(random_weights(small_config()));
    auto s = stream::start(model, small_text(model.vocabulary())).value();
    for (index_t i = 0; i < 3; ++i) {
        step_statistics<> step;
        REQUIRE(gradus::collect_step(s, step));
    }
    step_statistics<> none;
    CHECK(!gradus::collect_step(s, none));
}

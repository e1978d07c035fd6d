// SPDX-License-Identifier: MIT
// Hidden states move as in a plain forward pass, however passes are cut and interrupted.
#include "recorded_inputs.hpp"
#include "same_statistics.hpp"

#include <gradus/calibrate/block_stream.hpp>
#include <gradus/core/thread_pool.hpp>

namespace {

using namespace gradus::test;
using gradus::block_half;
using gradus::block_stream;
using gradus::calibration_text;
using gradus::errc;
using gradus::half_pass;
using gradus::index_t;
using gradus::input_statistics;
using gradus::llama;
using gradus::pass_progress;

using stream = block_stream<llama>;

/// Whether all sequences are where plain steps of the model leave them.
bool agrees_with_steps(const stream& s, const calibration_text& text) {
    const llama& model = s.model();
    bool equal = true;
    for (index_t i = 0; i < text.sequences(); ++i) {
        const index_t tokens = text.sequence(i).size();
        matrix x(tokens, model.width());
        auto caches = model.make_caches(tokens);
        auto memory = model.make_workspace(tokens);
        model.embed(text.sequence(i), 0, x.view());
        for (index_t step = 0; step < s.step(); ++step) {
            model.run_step(step, x.view(), caches[step], memory);
        }
        const auto states = s.states(i);
        equal = equal && same_bytes<float>(x.values, {states.data, states.size()});
    }
    return equal;
}

}  // namespace

TEST_CASE("hidden states are those of a forward pass, gains and repeated blocks included") {
    llama model = model_of(random_weights(small_config()));
    model.set_plan({{0}, {1, 0.5f}, {1, 0.5f}, {2}});
    const calibration_text text = small_text(model.vocabulary());
    auto s = stream::start(model, text).value();
    CHECK(s.sequences() == text.sequences());
    CHECK(s.tokens() == text.tokens());
    while (!s.at_end()) {
        CHECK(agrees_with_steps(s, text));
        REQUIRE(s.run(half_pass<llama>{.move_on = true}));
        CHECK(s.half() == block_half::feed_forward);
        REQUIRE(s.run(half_pass<llama>{.move_on = true}));
    }
    CHECK(s.step() == 4);
    CHECK(agrees_with_steps(s, text));
}

TEST_CASE("looking does not move") {
    const llama model = model_of(random_weights(small_config()));
    const calibration_text text = small_text(model.vocabulary());
    auto s = stream::start(model, text).value();
    input_statistics<> exit{"o", s.width_of(true)};
    REQUIRE(s.run(half_pass<llama>{.exit = &exit}));
    CHECK(agrees_with_steps(s, text));
    CHECK(s.step() == 0);
    CHECK(s.half() == block_half::attention);
    CHECK(exit.batches() == text.sequences());
    CHECK(exit.tokens() == text.tokens());
    CHECK(s.memory() > text.tokens() * model.width() * sizeof(float));
}

TEST_CASE("progress is told, and a pass stopped at any place goes on to the same bytes") {
    const llama model = model_of(random_weights(small_config()));
    const calibration_text text = small_text(model.vocabulary());
    const auto make = [&] { return stream::start(model, text, 2).value(); };
    auto straight = make();
    input_statistics<> entry{"in", straight.width_of(false)};
    input_statistics<> exit{"out", straight.width_of(true)};
    const auto clean_entry = entry;
    const auto clean_exit = exit;
    std::vector<index_t> told;
    const auto listen = [&](const pass_progress& p) {
        CHECK(p.step == 0);
        CHECK(p.steps == 3);
        CHECK(p.of == text.sequences());
        told.push_back(p.sequences);
        return true;
    };
    const gradus::serial here;
    REQUIRE(straight.run(half_pass<llama>{&entry, &exit, true}, here, listen));
    CHECK(told == std::vector<index_t>{2, 4, 6, 8});

    for (index_t calls = 1; calls < told.size(); ++calls) {
        auto halting = make();
        auto entry_again = clean_entry;
        auto exit_again = clean_exit;
        const half_pass<llama> pass{&entry_again, &exit_again, true};
        index_t left = calls;
        const auto stop = [&](const pass_progress&) { return --left > 0; };
        const auto stopped = halting.run(pass, here, stop);
        REQUIRE(!stopped);
        CHECK(stopped.error().code == errc::cancelled);
        CHECK(entry_again.batches() == 2 * calls);
        CHECK(!halting.run(half_pass<llama>{.entry = &entry_again}));
        REQUIRE(halting.run(pass));
        CHECK(same_statistics(entry, entry_again));
        CHECK(same_statistics(exit, exit_again));
        for (index_t i = 0; i < text.sequences(); ++i) {
            const auto a = straight.states(i);
            const auto b = halting.states(i);
            CHECK(same_bytes<float>({a.data, a.size()}, {b.data, b.size()}));
        }
    }
}

TEST_CASE("statistics that are ahead of the stream, as those of a file may be, are completed") {
    const llama model = model_of(random_weights(small_config()));
    const calibration_text text = small_text(model.vocabulary());
    auto first = stream::start(model, text, 3).value();
    input_statistics<> whole{"in", first.width_of(true)};
    input_statistics<> part = whole;
    index_t calls = 0;
    const auto stop = [&](const pass_progress&) { return ++calls < 2; };
    REQUIRE(!first.run(half_pass<llama>{.exit = &part}, gradus::serial{}, stop));
    CHECK(part.batches() == 6);
    auto second = stream::start(model, text).value();
    REQUIRE(second.run(half_pass<llama>{.exit = &part, .move_on = true}));
    REQUIRE(first.run(half_pass<llama>{.exit = &whole, .move_on = true}));
    CHECK(same_statistics(whole, part));
}

TEST_CASE("passes that make no sense are refused") {
    const llama model = model_of(random_weights(small_config()));
    const calibration_text text = small_text(model.vocabulary());
    auto s = stream::start(model, text).value();
    const auto refused = [&](const half_pass<llama>& pass, const char* word) {
        const auto ran = s.run(pass);
        return !ran && ran.error().code == errc::invalid_argument &&
               ran.error().message.find(word) != std::string::npos;
    };
    CHECK(refused({}, "nothing to do"));
    input_statistics<> narrow{"in", model.width() - 1};
    CHECK(refused({.entry = &narrow}, "width"));
    input_statistics<> cross{"in", model.width(), {.products = true, .cross = true}};
    CHECK(refused({.entry = &cross}, "dense"));
    auto ahead = stream::start(model, text).value();
    REQUIRE(ahead.run(half_pass<llama>{.move_on = true}));
    CHECK(refused({.entry = &cross, .dense = &ahead}, "elsewhere"));
    while (!s.at_end()) {
        REQUIRE(s.run(half_pass<llama>{.move_on = true}));
    }
    CHECK(refused({.move_on = true}, "done"));
}

TEST_CASE("texts that the model cannot read are refused") {
    const llama model = model_of(random_weights(small_config()));
    const auto refused = [&](const calibration_text& text, const char* word) {
        const auto s = stream::start(model, text);
        return !s && s.error().code == errc::invalid_argument &&
               s.error().message.find(word) != std::string::npos;
    };
    CHECK(refused({}, "no tokens"));
    CHECK(refused({random_tokens(65, 29), 65}, "65 tokens"));
    CHECK(refused({{1, 29, 2}, 3}, "token 29"));
}

TEST_CASE("a text is cut into sequences, and a model can write its own") {
    calibration_text text{{1, 2, 3, 4, 5}, 2};
    text.add(std::vector<gradus::token_t>{6, 7, 8});
    text.add({});
    REQUIRE(text.sequences() == 4);
    CHECK(text.tokens() == 8);
    CHECK(text.longest() == 3);
    CHECK(text.sequence(2).size() == 1);
    CHECK(text.sequence(2)[0] == 5);
    CHECK(text.sequence(3)[2] == 8);

    const llama model = model_of(random_weights(small_config()));
    gradus::thread_pool threads{2};
    const calibration_text alone = gradus::self_text(model, 3, 12, 4, 99);
    const calibration_text shared = gradus::self_text(model, 3, 12, 4, 99, threads);
    REQUIRE(alone.sequences() == 4);
    CHECK(alone.check(model.positions(), model.vocabulary()));
    for (index_t i = 0; i < 4; ++i) {
        CHECK(alone.sequence(i)[0] == 3);
        CHECK(same_bytes(alone.sequence(i), shared.sequence(i)));
    }
}

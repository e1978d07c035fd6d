// SPDX-License-Identifier: MIT
// The statistics of all inputs of a model, block by block.
#pragma once

#include <gradus/calibrate/block_stream.hpp>

#include <array>
#include <concepts>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Statistics of the inputs of one step, as far as they are collected. They live with the caller,
/// so that a cancelled or interrupted job can go on with them.
template <std::floating_point T = float>
using step_statistics = std::array<std::optional<input_statistics<T>>, 4>;  // by distinct_input

/// Some tokens of the same inputs.
using step_samples = std::array<std::optional<token_sample>, 4>;  // by distinct_input

/// The one input that is being collected, and how many of a step are behind it.
template <std::floating_point T = float> struct sequential_state {
    std::optional<input_statistics<T>> current;
    index_t replaced = 0;  ///< inputs of this step whose matrices are replaced, 0 to 4
};

/// Replaces the matrices that read an input. The statistics may be moved from.
template <class F, class T>
concept input_solver =
    requires(F& f, index_t step, distinct_input input, input_statistics<T>& statistics) {
        { f(step, input, statistics) } -> std::same_as<status>;
    };

/// An input of the stream's current half.
template <std::floating_point T, calibratable Model>
[[nodiscard]] input_statistics<T>
statistics_for(const block_stream<Model>& stream, bool exit, statistics_parts parts) {
    const distinct_input input = exit ? exit_of(stream.half()) : entry_of(stream.half());
    return {input_name(stream.step(), input), stream.width_of(exit), parts};
}

/// Of the same input.
template <calibratable Model>
[[nodiscard]] token_sample& sample_for(const block_stream<Model>& stream,
                                       bool exit,
                                       step_samples& samples,
                                       std::span<const index_t> chosen) {
    const distinct_input input = exit ? exit_of(stream.half()) : entry_of(stream.half());
    auto& sample = samples[static_cast<index_t>(input)];
    if (!sample) {
        sample.emplace(stream.width_of(exit), std::vector<index_t>{chosen.begin(), chosen.end()});
    }
    return *sample;
}

/// Collects all inputs of the current step with the weights as they are, and moves the stream to
/// the next one: one forward pass. Called again after a cancellation it goes on. `chosen`: the
/// tokens of which `samples`, if they are wanted, keep the inputs (`choose_tokens`).
///
/// Memory: `stream.memory()`, the statistics and samples; see `input_statistics::memory` and
///         `token_sample::memory`.
/// Errors: cancelled; nonfinite, naming the input; invalid_argument at the end of the plan.
template <calibratable Model,
          std::floating_point T,
          executor E = const serial,
          pass_watch Watch = const never_stop>
[[nodiscard]] status collect_step(block_stream<Model>& stream,
                                  step_statistics<T>& statistics,
                                  statistics_parts parts = {},
                                  E&& threads = serial{},
                                  Watch&& watch = never_stop{},
                                  step_samples* samples = nullptr,
                                  std::span<const index_t> chosen = {}) {
    const index_t step = stream.step();
    if (stream.at_end()) {
        return error{errc::invalid_argument, "calibration: all blocks are done"};
    }
    do {
        auto& entry = statistics[static_cast<index_t>(entry_of(stream.half()))];
        auto& exit = statistics[static_cast<index_t>(exit_of(stream.half()))];
        if (!entry) { entry = statistics_for<T>(stream, false, parts); }
        if (!exit) { exit = statistics_for<T>(stream, true, parts); }
        half_pass<Model, T> pass{.entry = &*entry, .exit = &*exit, .move_on = true};
        if (samples != nullptr) {
            pass.entry_sample = &sample_for(stream, false, *samples, chosen);
            pass.exit_sample = &sample_for(stream, true, *samples, chosen);
        }
        if (status ran = stream.run(pass, threads, watch); !ran) { return ran; }
    } while (stream.step() == step);
    return done{};
}

/// True sequential calibration of the current half: its entry is collected, `solve` replaces the
/// matrices that read it, the exit is collected with them in place, `solve` replaces the last
/// matrix, and the stream moves on with all of them. With a stream of the dense model beside it,
/// cross products can be collected too, and that one moves along.
///
/// Cost:   the matrices before the exit run twice, the last one once; those of the dense model
///         likewise. One input's statistics exist at a time.
/// Stops:  called again with the same `state` after a cancellation it goes on. A step that the
///         plan repeats would be solved once for each time.
template <calibratable Model,
          std::floating_point T,
          input_solver<T> Solve,
          executor E = const serial,
          pass_watch Watch = const never_stop>
[[nodiscard]] status collect_sequentially(block_stream<Model>& stream,
                                          block_stream<Model>* dense,
                                          sequential_state<T>& state,
                                          Solve&& solve,
                                          statistics_parts parts = {},
                                          E&& threads = serial{},
                                          Watch&& watch = never_stop{}) {
    const bool second = stream.half() == block_half::feed_forward;
    const index_t behind = second ? 4 : 2;
    while (!stream.at_end() && state.replaced < behind) {
        const bool exit = state.replaced % 2 == 1;
        if (!state.current) { state.current = statistics_for<T>(stream, exit, parts); }
        half_pass<Model, T> pass{.dense = parts.cross ? dense : nullptr};
        (exit ? pass.exit : pass.entry) = &*state.current;
        if (status ran = stream.run(pass, threads, watch); !ran) { return ran; }
        const distinct_input input = exit ? exit_of(stream.half()) : entry_of(stream.half());
        if (status solved = solve(stream.step(), input, *state.current); !solved) { return solved; }
        state.current.reset();
        ++state.replaced;
    }
    const half_pass<Model, T> onward{.move_on = true};
    if (dense != nullptr && dense->step() == stream.step() && dense->half() == stream.half()) {
        if (status ran = dense->run(onward, threads, watch); !ran) { return ran; }
    }
    if (status ran = stream.run(onward, threads, watch); !ran) { return ran; }
    if (second) { state.replaced = 0; }
    return done{};
}

}  // namespace GRADUS_ISA
}  // namespace gradus

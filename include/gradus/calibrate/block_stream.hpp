// SPDX-License-Identifier: MIT
// All sequences of a calibration text on their way through a model, half a block at a time.
#pragma once

#include <gradus/calibrate/calibration_text.hpp>
#include <gradus/calibrate/input_statistics.hpp>
#include <gradus/calibrate/sequence_seat.hpp>
#include <gradus/calibrate/token_sample.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// How far a pass is.
struct pass_progress {
    index_t step;       ///< of the plan
    index_t steps;      ///< all of them
    block_half half;    ///< of the block
    index_t sequences;  ///< done in this pass, those of an interrupted one included
    index_t of;         ///< all sequences
};

/// Asked after every few sequences whether to go on.
template <class Watch>
concept pass_watch = requires(Watch& watch, const pass_progress& progress) {
    { watch(progress) } -> std::same_as<bool>;
};

struct never_stop {
    bool operator()(const pass_progress&) const noexcept { return true; }
};

template <calibratable Model> class block_stream;

/// What one pass over half a block does. Weights are those in the model when it runs: of a half
/// whose entry or exit is collected again after its matrices were replaced, collect each in a pass
/// of its own, and move on in another.
template <calibratable Model, std::floating_point T = float> struct half_pass {
    input_statistics<T>* entry = nullptr;        ///< collects the norm's output
    input_statistics<T>* exit = nullptr;         ///< collects the last matrix's input
    bool move_on = false;                        ///< adds the half's result to the hidden states
    const block_stream<Model>* dense = nullptr;  ///< the other side of cross products
    token_sample* entry_sample = nullptr;        ///< some tokens of what `entry` collects
    token_sample* exit_sample = nullptr;         ///< and of `exit`
};

/// The hidden states of all sequences, before half a block of a plan.
///
/// Bits:   each sequence is a batch of its own, added in the order of the text; neither `wave` nor
///         the executor changes a bit.
/// Memory: `memory()`.
/// Threads: sequences share them, so parts of the model must not share out their products among
///         the same ones (a `thread_pool` runs one loop at a time).
/// Stops:  a cancelled pass can be called again and goes on where it stopped: statistics know how
///         many batches they have (those from a file too), the stream how many sequences have
///         moved on. After any other error the stream is of no further use.
template <calibratable Model> class block_stream {
  public:
    /// Sequences that are in flight together; more of them keep more threads busy.
    static constexpr index_t default_wave = 4;

    /// Embeds the text, which is not kept; the model must outlive the stream, and its matrices may
    /// be replaced between passes. Errors: a text that the model cannot read.
    [[nodiscard]] static result<block_stream>
    start(const Model& model, const calibration_text& text, index_t wave = default_wave) {
        if (status fits = text.check(model.positions(), model.vocabulary()); !fits) {
            return fits.error();
        }
        return block_stream{model, text, wave};
    }

    [[nodiscard]] const Model& model() const noexcept { return *model_; }

    [[nodiscard]] index_t sequences() const noexcept { return firsts_.size() - 1; }

    [[nodiscard]] index_t tokens() const noexcept { return firsts_.back(); }

    /// Where the hidden states are; step() == model().plan().size() at the end.
    [[nodiscard]] index_t step() const noexcept { return step_; }

    [[nodiscard]] block_half half() const noexcept { return half_; }

    [[nodiscard]] bool at_end() const { return step_ == model_->plan().size(); }

    [[nodiscard]] matrix_view<const float> states(index_t sequence) const {
        GRADUS_EXPECT(sequence < sequences());
        return {states_.data() + firsts_[sequence] * model_->width(),
                firsts_[sequence + 1] - firsts_[sequence], model_->width()};
    }

    /// Channels of an input of the current half.
    [[nodiscard]] index_t width_of(bool exit) const {
        GRADUS_EXPECT(!at_end());
        const auto& block = model_->blocks[model_->plan()[step_].block];
        return exit ? sequence_seat<Model>::last_of(block, half_).cols() : model_->width();
    }

    /// Bytes that a pass holds: hidden states and `wave` sequences in flight (twice, with a dense
    /// stream beside it). The model's and the statistics' own come on top.
    [[nodiscard]] index_t memory() const {
        const index_t in_flight = std::min(wave_, sequences());
        return states_.size() * sizeof(float) +
               in_flight * sequence_seat<Model>{*model_, longest_}.memory();
    }

    template <std::floating_point T = float,
              executor E = const serial,
              pass_watch Watch = const never_stop>
    [[nodiscard]] status
    run(const half_pass<Model, T>& pass, E&& threads = serial{}, Watch&& watch = never_stop{}) {
        const result<index_t> first = first_of(pass);
        if (!first) { return first.error(); }
        const index_t in_flight = std::min(wave_, sequences());
        seat_list seats = seats_of(*this, in_flight);
        seat_list dense = pass.dense == nullptr ? seat_list{} : seats_of(*pass.dense, in_flight);
        for (index_t at = first.value(); at < sequences();) {
            const index_t count = std::min(wave_, sequences() - at);
            fill(pass, at, count, seats, threads);
            if (pass.dense != nullptr) { pass.dense->fill(pass, at, count, dense, threads); }
            for (index_t i = 0; i < count; ++i) {
                const auto* other = pass.dense == nullptr ? nullptr : dense[i].get();
                status added = collect(pass, at + i, *seats[i], other, threads);
                if (!added) { return added; }
            }
            if (pass.move_on) { move(at, count, seats, threads); }
            at += count;
            const pass_progress now{step_, model_->plan().size(), half_, at, sequences()};
            if (!watch(now) && at < sequences()) { return stopped(at); }
        }
        if (pass.move_on) { leave(); }
        return done{};
    }

  private:
    using seat_list = std::vector<std::unique_ptr<sequence_seat<Model>>>;

    block_stream(const Model& model, const calibration_text& text, index_t wave)
        : model_{&model},
          wave_{std::max<index_t>(wave, 1)},
          longest_{text.longest()},
          states_(text.tokens() * model.width()) {
        for (index_t i = 0; i <= text.sequences(); ++i) {
            firsts_.push_back(text.first(i));
        }
        for (index_t i = 0; i < sequences(); ++i) {
            model.embed(text.sequence(i), 0, mutable_states(i));
        }
    }

    [[nodiscard]] matrix_view<float> mutable_states(index_t sequence) {
        const auto seen = states(sequence);
        return {states_.data() + firsts_[sequence] * seen.cols, seen.rows, seen.cols};
    }

    [[nodiscard]] error stopped(index_t at) const {
        return {errc::cancelled, "calibration stopped after " + std::to_string(at) + " of " +
                                     std::to_string(sequences()) + " sequences, as asked"};
    }

    [[nodiscard]] static seat_list seats_of(const block_stream& stream, index_t count) {
        seat_list seats;
        for (index_t i = 0; i < count; ++i) {
            seats.push_back(
                std::make_unique<sequence_seat<Model>>(*stream.model_, stream.longest_));
        }
        return seats;
    }

    /// Runs sequences first, first + 1, ... in seats 0, 1, ...
    template <class Pass, executor E>
    void fill(const Pass& pass, index_t first, index_t count, seat_list& seats, E& threads) const {
        const bool to_exit = pass.exit != nullptr || pass.move_on;
        threads.for_each(count, [&](index_t i) {
            seats[i]->run(*model_, step_, half_, states(first + i), to_exit);
        });
    }

    /// Statistics that have a sequence already are left alone.
    template <std::floating_point T, executor E>
    [[nodiscard]] static status collect(const half_pass<Model, T>& pass,
                                        index_t sequence,
                                        const sequence_seat<Model>& seat,
                                        const sequence_seat<Model>* dense,
                                        E& threads) {
        const auto add = [&](input_statistics<T>* to, bool exit) -> status {
            if (to == nullptr || to->batches() > sequence) { return done{}; }
            const weights_view x = exit ? seat.exit() : seat.entry();
            token_sample* const some = exit ? pass.exit_sample : pass.entry_sample;
            if (some != nullptr) { some->add(x); }
            if (!to->parts().cross) { return to->add(x, threads); }
            return to->add_pair(exit ? dense->exit() : dense->entry(), x, threads);
        };
        if (status added = add(pass.entry, false); !added) { return added; }
        return add(pass.exit, true);
    }

    template <executor E> void move(index_t first, index_t count, seat_list& seats, E& threads) {
        threads.for_each(count, [&](index_t i) {
            seats[i]->add_to(mutable_states(first + i), *model_, step_, half_);
        });
        moved_ = first + count;
    }

    void leave() {
        moved_ = 0;
        step_ += half_ == block_half::feed_forward ? 1 : 0;
        half_ = half_ == block_half::attention ? block_half::feed_forward : block_half::attention;
    }

    /// The first sequence of a pass, if the pass makes sense.
    template <std::floating_point T>
    [[nodiscard]] result<index_t> first_of(const half_pass<Model, T>& pass) const {
        const auto refuse = [](const char* why) {
            return error{errc::invalid_argument, std::string{"calibration pass: "} + why};
        };
        if (at_end()) { return refuse("all blocks are done"); }
        if (pass.entry == nullptr && pass.exit == nullptr && !pass.move_on) {
            return refuse("nothing to do");
        }
        if (pass.dense != nullptr && !beside(*pass.dense)) {
            return refuse("the dense model's stream is elsewhere, or has another text");
        }
        if (!pass.move_on && moved_ > 0) {
            return refuse("some sequences have moved on (finish that pass first)");
        }
        index_t first = pass.move_on ? moved_ : sequences();
        for (const bool exit : {false, true}) {
            const input_statistics<T>* statistics = exit ? pass.exit : pass.entry;
            if (statistics == nullptr) { continue; }
            if (statistics->width() != width_of(exit)) {
                return refuse("statistics of another width");
            }
            if (statistics->parts().cross && pass.dense == nullptr) {
                return refuse("cross products want the dense model's stream");
            }
            if (statistics->batches() < moved_ || statistics->batches() > sequences()) {
                return refuse("statistics of other sequences than these");
            }
            if (!pass.move_on) { first = std::min(first, statistics->batches()); }
        }
        return first;
    }

    [[nodiscard]] bool beside(const block_stream& dense) const {
        return dense.step_ == step_ && dense.half_ == half_ && dense.firsts_ == firsts_ &&
               dense.moved_ == 0 && dense.model_->width() == model_->width() &&
               dense.width_of(true) == width_of(true);
    }

    const Model* model_;
    index_t wave_;
    index_t longest_;
    index_t step_ = 0;
    block_half half_ = block_half::attention;
    index_t moved_ = 0;            // sequences that are already behind the current half
    std::vector<index_t> firsts_;  // tokens before each sequence, and all
    std::vector<float> states_;    // [tokens, width]
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// The stream of the model that is being compressed, block after block.
#include "../quantize_model/progress.hpp"
#include "solve_input.hpp"
#include "solve_record.hpp"
#include "stopwatch.hpp"

#include <gradus/calibrate/collect.hpp>

namespace compress_model {

using namespace gradus;

namespace {

/// One solution of a model.
class model_job {
  public:
    model_job(const session& job,
              const survey& known,
              const bit_plan& plan,
              const std::optional<target>& goal,
              const zero_rule& zeros,
              method how,
              const std::string& name)
        : job_{job},
          model_{*job.model},
          plan_{job, known, plan, goal},
          solve_{job, known, plan_, zeros, how, model_, out_},
          parts_{.cross = how != method::rounding && job.wanted.match > 0.0},
          kept_{job.kept, name, plan},
          bar_{"solving", 4 * model_.plan().size()} {}

    [[nodiscard]] result<solved_model> run() {
        const stopwatch spent;
        auto stream = block_stream<llama>::start(model_, job_.calibration);
        if (!stream) { return stream.error(); }
        if (parts_.cross) {
            auto dense = block_stream<llama>::start(*job_.model, job_.calibration);
            if (!dense) { return dense.error(); }
            dense_.emplace(std::move(*dense));
        }
        while (!stream->at_end()) {
            const index_t step = stream->step();
            const auto restored = kept_.restore(step, out_);
            if (!restored) { return restored.error(); }
            status ran = *restored ? pass_over(*stream) : solve_block(*stream);
            if (!ran) { return ran.error(); }
            put_away(step);
        }
        out_.plan = plan_.carried_out();
        out_.calibration_seconds = spent.seconds() - out_.solution_seconds;
        return std::move(out_);
    }

  private:
    /// A block that was solved before an interruption: its matrices into the model, and past it.
    [[nodiscard]] status pass_over(block_stream<llama>& stream) {
        const index_t step = stream.step();
        for (const distinct_input input : distinct_inputs) {
            for (const std::string_view reader : llama_readers(input)) {
                const std::string name = layer_name(step, reader);
                const solved_matrix& one = out_.matrices.at(name);
                plan_.store(one.plan, one.packed.size_in_bits());
                const weights_view values{one.values.data(), one.packed.rows, one.packed.cols};
                status put = model_.replace(name, {make_part(f32_panels{values})});
                if (!put) { return put; }
            }
            solve_.follow(step, input);
        }
        for (int half = 0; half < 2; ++half) {
            const half_pass<llama> pass{.move_on = true};
            if (status ran = stream.run(pass, job_.threads); !ran) { return ran; }
            if (!dense_) { continue; }
            if (status ran = dense_->run(pass, job_.threads); !ran) { return ran; }
        }
        return done{};
    }

    /// Both halves of a block, one input after the other.
    [[nodiscard]] status solve_block(block_stream<llama>& stream) {
        const index_t step = stream.step();
        const index_t first = out_.findings.size();
        const auto one = [&](index_t at, distinct_input input, input_statistics<>& s) {
            bar_.advance();
            const stopwatch spent;
            status solved = solve_(at, input, s);
            out_.solution_seconds += spent.seconds();
            return solved;
        };
        block_stream<llama>* const dense = dense_ ? &*dense_ : nullptr;
        sequential_state<> state;
        for (int half = 0; half < 2; ++half) {
            status ran = collect_sequentially(stream, dense, state, one, parts_, job_.threads);
            if (!ran) { return ran; }
        }
        return kept_.keep(step, out_, first);
    }

    /// The stream is past a block: its values are in the record, and nobody needs them here.
    void put_away(index_t step) {
        for_each_linear(job_.model->blocks[step], step,
                        [&](const std::string& name, const linear& dense) {
                            std::vector<float>{}.swap(out_.matrices.at(name).values);
                            model_.find(name)->set(dense.parts(), dense.transform());
                        });
    }

    const session& job_;
    llama model_;
    running_plan plan_;
    solved_model out_;
    input_job solve_;
    statistics_parts parts_;                    // rounding looks at no inputs: none can drift
    std::optional<block_stream<llama>> dense_;  // beside, where targets match the dense model
    solved_blocks kept_;
    quantize_model::progress bar_;
};

}  // namespace

result<solved_model> solve_model(const session& job,
                                 const survey& known,
                                 const bit_plan& plan,
                                 const std::optional<target>& goal,
                                 const zero_rule& zeros,
                                 method how,
                                 const std::string& name) {
    return model_job{job, known, plan, goal, zeros, how, name}.run();
}

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// Collect once, read after.
#include "groups.hpp"
#include "step_source.hpp"

#include <gradus/calibrate/read_statistics.hpp>
#include <gradus/calibrate/write_statistics.hpp>

namespace compress_model {

using namespace gradus;

result<block_inputs> step_source::at(index_t step) {
    const std::string series = job_.scaled ? "statistics.scaled." : "statistics.";
    const std::string name = series + std::to_string(step) + ".safetensors";
    const std::vector<index_t> chosen = sampled_tokens(job_);
    if (chosen.empty() && job_.kept.has(name)) {
        auto known = read(job_.kept.path(name));
        if (!known) { return known.error(); }
        return block_inputs{std::move(*known)};
    }
    if (status there = catch_up(step); !there) { return there.error(); }
    block_inputs found;
    status ran = collect_step(*stream_, found.statistics, {}, job_.threads, never_stop{},
                              chosen.empty() ? nullptr : &found.samples, chosen);
    if (!ran) { return ran.error(); }
    if (job_.wanted.output.empty()) { return found; }  // nobody will ask again
    statistics_writer writer;
    for (const auto& one : found.statistics) {
        if (status added = writer.add(*one); !added) { return added.error(); }
    }
    const auto written = writer.write(job_.kept.path(name));
    if (!written) { return error{errc::io, written.error().message}; }
    return found;
}

/// The hidden states before a step: those of a model that does not change, so that passing the
/// steps before it again gives the same bits.
status step_source::catch_up(index_t step) {
    if (!stream_) {
        auto begun = block_stream<llama>::start(*job_.model, job_.calibration);
        if (!begun) { return begun.error(); }
        stream_.emplace(std::move(*begun));
    }
    while (stream_->step() < step) {
        const half_pass<llama> pass{.move_on = true};
        if (status ran = stream_->run(pass, job_.threads); !ran) { return ran; }
    }
    return done{};
}

result<step_statistics<>> step_source::read(const std::string& path) const {
    auto inputs = read_statistics<float>(path);
    if (!inputs) { return inputs.error(); }
    step_statistics<> found;
    if (inputs->size() != found.size()) {
        return error{errc::malformed, path + ": not the statistics of a block. Start anew by "
                                             "--fresh"};
    }
    for (index_t i = 0; i < found.size(); ++i) {
        found[i].emplace(std::move((*inputs)[i]));
    }
    return found;
}

}  // namespace compress_model

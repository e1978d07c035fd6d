// SPDX-License-Identifier: MIT
// Sizes by shapes, and the process as the system counts it.
#include "../quantize_model/peak_memory.hpp"
#include "memory.hpp"

#include <gradus/calibrate/block_stream.hpp>

#include <algorithm>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace compress_model {

using namespace gradus;

memory_bound bound_of(const session& job) {
    memory_bound bound;
    const llama& model = *job.model;
    for (index_t layer = 0; layer < model.blocks.size(); ++layer) {
        std::uint64_t weights = 0;
        for_each_linear(model.blocks[layer], layer, [&](const std::string&, const linear& matrix) {
            weights += matrix.rows() * matrix.cols() * sizeof(float);
        });
        const auto& block = model.blocks[layer];
        const index_t exits[] = {block.attention.output.cols(), block.feed_forward.down.cols()};
        std::uint64_t hessians = 2 * model.width() * model.width() * sizeof(float);
        for (const index_t n : exits) {
            hessians += n * n * sizeof(float);
        }
        bound.block_weights = std::max(bound.block_weights, weights);
        bound.hessians = std::max(bound.hessians, hessians);
    }
    const calibration_text& text = job.calibration;
    const index_t wave = std::min(block_stream<llama>::default_wave, text.sequences());
    const index_t streams = job.wanted.match > 0.0 ? 2 : 1;
    bound.activations = streams * (text.tokens() * model.width() * sizeof(float) +
                                   wave * sequence_seat<llama>{model, text.longest()}.memory());
    return bound;
}

std::uint64_t begin_stage() {
#ifdef __GLIBC__
    // What is freed goes back at once; left alone, the threshold grows with what was freed, and a
    // third of the peak is memory that nobody uses.
    mallopt(M_MMAP_THRESHOLD, 1 << 17);
    malloc_trim(0);
#endif
    quantize_model::reset_peak_memory();
    return quantize_model::peak_memory();  // no more than it holds now
}

stage ended_stage(const char* name, double seconds, std::uint64_t held) {
    return {name, seconds, quantize_model::peak_memory(), held};
}

}  // namespace compress_model

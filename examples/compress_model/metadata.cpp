// SPDX-License-Identifier: MIT
// Counted from the runs of a plan.
#include "metadata.hpp"

#include <gradus/compress/metadata.hpp>

namespace compress_model {

using namespace gradus;

void describe_metadata(const bit_plan& plan, const survey& known, const session& job, run& one) {
    const auto weights = static_cast<double>(job.decoder_weights());
    const metadata_bits bits = metadata_of(plan.matrices, job.wanted.group);
    one.metadata = static_cast<double>(bits.stored) / weights;
    one.metadata_saved = bits.saved() / weights;
    one.order_bits = static_cast<double>(known.other_bits) / weights;
    one.shared_scales = static_cast<double>(bits.shared_weights) / weights;
}

}  // namespace compress_model

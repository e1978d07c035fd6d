// SPDX-License-Identifier: MIT
// What a plan stores beside codes.
#pragma once

#include "report.hpp"
#include "survey.hpp"

namespace compress_model {

/// Bits a weight of scales and orders, and what shared scales save.
void describe_metadata(const gradus::bit_plan& plan,
                       const survey& known,
                       const session& job,
                       run& one);

}  // namespace compress_model

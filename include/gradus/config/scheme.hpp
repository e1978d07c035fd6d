// SPDX-License-Identifier: MIT
// A quantization scheme as text: what is stored, and how codes are chosen.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/layout/layout_name.hpp>
#include <gradus/mapping/codebook_training.hpp>
#include <gradus/range/any_range.hpp>
#include <gradus/rounding/error_diffusing.hpp>
#include <gradus/rounding/nearest.hpp>
#include <gradus/rounding/noisy.hpp>
#include <gradus/rounding/stochastic.hpp>

#include <string>
#include <variant>

namespace gradus {
inline namespace GRADUS_ISA {

using any_rounding = std::variant<nearest, stochastic, error_diffusing, noisy<>>;

/// A parsed scheme name, names and numbers only.
///
///     <mapping>[<bits>][:<variant>][@<offset>]_<tensor|channel|gN>[_<scale>][_<range>[=<value>]]
///         [_<rounding>[=<value>]]
///
/// mapping:  uniform_symmetric[:restricted], uniform_asymmetric, normal_quantile[:equal_mass|:nf],
///           adaptive_quantile[:density|:mass][:zero], binary, ternary
/// offset:   grid offset of a uniform mapping in steps, in (0, 1)
/// scale:    f16 (default), f32, bf16, log8
/// range:    minmax (default), percentile[=99.9], mse[=2, the norm], kl
/// rounding: nearest (default), stochastic, error_diffusing, noisy[=0.1, fraction of a step]
struct scheme {
    std::string name;    ///< as given
    layout_name layout;  ///< what files store
    codebook_placement placement = codebook_placement::lloyd;
    bool exact_zero = false;
    any_range range;
    any_rounding rounding;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

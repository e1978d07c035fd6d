// SPDX-License-Identifier: MIT
// The activation schemes of the library.
#pragma once

#include <gradus/concepts/activation_scheme.hpp>

#include <bit>

namespace gradus {

/// Floats, as 24-bit integers in units of a segment's largest value: three bytes, so three integer
/// products in the place of one in floating point (faster wherever bytes multiply four times as
/// fast as floats).
///
/// The unit is a power of two, so that values with few bits are seen exactly.
///
/// Error:  |x - its integer| <= 2^-23 max |x| over the segment, as if the products were summed in
///         f32 with terms of the largest magnitude.
/// Source: this library.
struct f32_activations {
    static constexpr std::string_view name = "f32";
    static constexpr index_t digits = 3;
    static constexpr activation_scope scope = activation_scope::segment;
    static constexpr index_t segment_columns = 0;
    static constexpr float most = 8355711.0f;  ///< 127 (1 + 256 + 65536)

    [[nodiscard]] GRADUS_INLINE constexpr float scale(float largest) const noexcept {
        const float least_unit = largest / most;
        const auto exponent = std::bit_cast<std::uint32_t>(least_unit) & 0x7f800000u;
        const float unit = std::bit_cast<float>(exponent);
        return unit < least_unit ? 2.0f * unit : unit;
    }
};

/// One byte a value, one scale a token: scale = max |x| / 127.
///
/// Error:  |x - its integer| <= scale / 2.
/// Source: Dettmers et al. 2022, arXiv:2208.07339 (row-wise absmax).
struct int8_per_token {
    static constexpr std::string_view name = "int8_token";
    static constexpr index_t digits = 1;
    static constexpr activation_scope scope = activation_scope::token;
    static constexpr index_t segment_columns = 0;
    static constexpr float most = 127.0f;

    [[nodiscard]] GRADUS_INLINE constexpr float scale(float largest) const noexcept {
        return largest / most;
    }
};

/// One byte a value, one scale for every `Columns` columns (fewer where a group of the weights
/// ends): an outlier coarsens its neighbours alone.
///
/// Error:  |x - its integer| <= scale / 2.
/// Source: Q8_0 activations of ggml; the rule is int8_per_token's.
template <index_t Columns = 32> struct int8_per_group {
    static constexpr label name = label{"int8_g"} + static_cast<unsigned>(Columns);
    static constexpr index_t digits = 1;
    static constexpr activation_scope scope = activation_scope::segment;
    static constexpr index_t segment_columns = Columns;
    static constexpr float most = 127.0f;

    [[nodiscard]] GRADUS_INLINE constexpr float scale(float largest) const noexcept {
        return largest / most;
    }
};

/// As int8_per_token, but a token's few largest values are clamped, so that they do not coarsen the
/// others: the scale is that of the largest of the `percent` smallest magnitudes.
///
/// Danger: where the few largest values of a token carry what it says, they are what this destroys.
///         At the first down projection of the reference model they hold 99.6 per cent of the
///         squares and reach 36 times the limit: the model diverges by 2.7 nats from this one
///         matrix, and by .0005 with int8_per_token. A hundredth of the channels kept as f16
///         (model/outlier_part.hpp) does not mend it (2.1), as the largest of what is left are
///         clamped then; beside int8_per_token it helps, and that is what to take. Look at the
///         squares beyond the limit first.
/// Error:  |x - its integer| <= scale / 2 up to that magnitude m, |x| - m beyond.
/// Source: Wu et al. 2020, arXiv:2004.09602 (percentile calibration), here for every token anew.
struct int8_clipped : int8_per_token {
    static constexpr std::string_view name = "int8_clipped";

    float percent = 99.5f;

    [[nodiscard]] GRADUS_INLINE constexpr double clipped_share() const noexcept {
        return 1.0 - static_cast<double>(percent) / 100.0;
    }
};

/// One byte a value and one scale for all tokens, known beforehand: scale = limit / 127. The limit
/// comes from calibration (quantize/activation_limit.hpp).
///
/// Error:  |x - its integer| <= scale / 2 up to the limit, |x| - limit beyond.
/// Source: Jacob et al. 2018, arXiv:1712.05877.
struct int8_static {
    static constexpr std::string_view name = "int8_static";
    static constexpr index_t digits = 1;
    static constexpr activation_scope scope = activation_scope::token;
    static constexpr index_t segment_columns = 0;
    static constexpr float most = 127.0f;

    float limit = 0.0f;  ///< in the unit of the values

    [[nodiscard]] GRADUS_INLINE constexpr float scale(float largest) const noexcept {
        return limit / most + 0.0f * largest;
    }
};

/// Two bytes a value, one scale a token: scale = max |x| / 32767. The products are those of three
/// digits, of which the third is zero.
///
/// Error:  |x - its integer| <= scale / 2, 1 / 258 of int8_per_token's.
/// Source: the rule is int8_per_token's.
struct int16_per_token {
    static constexpr std::string_view name = "int16_token";
    static constexpr index_t digits = 3;
    static constexpr activation_scope scope = activation_scope::token;
    static constexpr index_t segment_columns = 0;
    static constexpr float most = 32767.0f;

    [[nodiscard]] GRADUS_INLINE constexpr float scale(float largest) const noexcept {
        return largest / most;
    }
};

/// Values rounded to bf16, then seen as f32_activations sees them.
///
/// Error:  |x - what is seen| <= 2^-9 |x| + 2^-23 max |x| over the segment.
/// Source: Kalamkar et al. 2019, arXiv:1905.12322.
struct bf16_activations : f32_activations {
    static constexpr std::string_view name = "bf16";
    static constexpr bool rounds_to_bf16 = true;
};

static_assert(activation_scheme<f32_activations> && activation_scheme<int8_per_token> &&
              activation_scheme<int8_per_group<32>>);
static_assert(clipping_scheme<int8_clipped> && activation_scheme<int8_static> &&
              activation_scheme<int16_per_token> && activation_scheme<bf16_activations>);

}  // namespace gradus

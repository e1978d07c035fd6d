// SPDX-License-Identifier: MIT
// The inputs of a block: each is read by one or several matrices, and calibrated once.
#pragma once

#include <gradus/core/contract.hpp>
#include <gradus/core/types.hpp>

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace gradus {
inline namespace GRADUS_ISA {

/// In the order in which a block computes them.
enum class distinct_input : std::uint8_t {
    attention,     ///< of the query, key and value matrices
    output,        ///< of the attention's output matrix
    feed_forward,  ///< of the gate and up matrices
    down,          ///< of the down matrix
};

inline constexpr std::array<distinct_input, 4> distinct_inputs = {
    distinct_input::attention, distinct_input::output, distinct_input::feed_forward,
    distinct_input::down};

/// The two residual branches of a block; each has an entry, behind its norm, and an exit, before
/// its last matrix.
enum class block_half : std::uint8_t { attention, feed_forward };

[[nodiscard]] constexpr distinct_input entry_of(block_half half) noexcept {
    return half == block_half::attention ? distinct_input::attention : distinct_input::feed_forward;
}

[[nodiscard]] constexpr distinct_input exit_of(block_half half) noexcept {
    return half == block_half::attention ? distinct_input::output : distinct_input::down;
}

/// "attention", "output", "feed_forward", "down".
[[nodiscard]] constexpr std::string_view name_of(distinct_input input) noexcept {
    constexpr std::string_view names[] = {"attention", "output", "feed_forward", "down"};
    return names[static_cast<index_t>(input)];
}

/// "blocks.3.down": of the statistics of an input, by the step of the plan that computes it.
[[nodiscard]] inline std::string input_name(index_t step, distinct_input input) {
    return "blocks." + std::to_string(step) + "." + std::string{name_of(input)};
}

/// The matrices of a Llama block that read an input, by the ends of their names in a checkpoint.
[[nodiscard]] inline std::span<const std::string_view> llama_readers(distinct_input input) {
    static constexpr std::string_view names[] = {
        "self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight",
        "self_attn.o_proj.weight", "mlp.gate_proj.weight",    "mlp.up_proj.weight",
        "mlp.down_proj.weight"};
    const std::span<const std::string_view> all{names};
    switch (input) {
    case distinct_input::attention:
        return all.subspan(0, 3);
    case distinct_input::output:
        return all.subspan(3, 1);
    case distinct_input::feed_forward:
        return all.subspan(4, 2);
    case distinct_input::down:
        break;
    }
    return all.subspan(6, 1);
}

}  // namespace GRADUS_ISA
}  // namespace gradus

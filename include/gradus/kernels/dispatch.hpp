// SPDX-License-Identifier: MIT
// Picks at run time the kernels that suit the machine.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/kernels/table.hpp>
#include <gradus/simd/instruction_sets.hpp>

#include <algorithm>
#include <string_view>

namespace gradus {
inline namespace GRADUS_ISA {

/// "a, b, c".
[[nodiscard]] inline std::string joined(std::span<const char* const> names) {
    std::string text;
    for (const char* const name : names) {
        text += (text.empty() ? "" : ", ") + std::string{name};
    }
    return text;
}

/// The place of `name` in `names`, or their count.
[[nodiscard]] inline index_t place_of(std::string_view name, std::span<const char* const> names) {
    return static_cast<index_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

/// The place of the best instruction set that runs here.
[[nodiscard]] inline result<index_t> best_isa(std::span<const char* const> built) {
    index_t best = built.size();
    for (const simd::instruction_set& each : simd::instruction_sets) {
        const index_t at = place_of(each.name, built);
        if (at != built.size() && each.runs_here()) { best = at; }
    }
    if (best != built.size()) { return best; }
    return error{errc::unsupported, "no kernels run on this machine (built for: " + joined(built) +
                                        "). Build them for scalar too?"};
}

/// The place of the instruction set `name`, and of no lesser one: a test of one instruction set
/// must test that one.
[[nodiscard]] inline result<index_t> one_isa(std::span<const char* const> built,
                                             std::string_view name) {
    const std::string what = "instruction set '" + std::string{name} + "'";
    const auto known = std::begin(simd::instruction_sets);
    const auto end = std::end(simd::instruction_sets);
    const auto found =
        std::find_if(known, end, [&](const auto& each) { return name == each.name; });
    if (found == end) {
        return error{errc::invalid_argument,
                     what + " is unknown here (built for: " + joined(built) + ")"};
    }
    const index_t at = place_of(name, built);
    if (at == built.size()) {
        return error{errc::invalid_argument,
                     what + " has no kernels (built for: " + joined(built) + ")"};
    }
    if (!found->runs_here()) {
        return error{errc::unsupported, what + " does not run on this machine"};
    }
    return at;
}

/// The best kernels of `list` that run on this machine; if `limit` names an instruction set, those.
/// By default the environment variable GRADUS_ISA_LIMIT is asked for a limit. Call it once, at the
/// start, and keep the pointer, which stays valid.
/// Errors: the limit is unknown, was not built or does not run here; no kernels run here.
template <layout_type... L>
[[nodiscard]] result<const abi::kernel_tables<L...>*>
dispatch(const abi::kernel_list<L...>& list, const char* limit = std::getenv("GRADUS_ISA_LIMIT")) {
    const std::span<const char* const> built{list.isas, list.count};
    const std::string_view name = limit == nullptr ? "" : limit;
    const auto chosen = name.empty() ? best_isa(built) : one_isa(built, name);
    if (!chosen) { return chosen.error(); }
    return list.tables[chosen.value()];
}

}  // namespace GRADUS_ISA
}  // namespace gradus

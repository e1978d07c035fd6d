// SPDX-License-Identifier: MIT
// Kernels for every instruction set in one program: the right ones are chosen, and all agree.
#include "../kernels/kernel_faults.hpp"
#include "kernels.hpp"

#include <gradus/kernels/dispatch.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace gradus;
using namespace gradus::test;

/// The last of those that run here: the table of instruction sets ascends.
std::string best_here() {
    std::string best;
    for (const auto& each : simd::instruction_sets) {
        if (each.runs_here()) { best = each.name; }
    }
    return best;
}

std::string message_of(const char* limit) {
    const auto chosen = dispatch(some::kernels, limit);
    return chosen ? "" : chosen.error().message;
}

/// A list as of a program that was built for the first `count` instruction sets only.
auto shortened(index_t first, index_t count) {
    auto list = some::kernels;
    list.tables += first;
    list.isas += first;
    list.count = count;
    return list;
}

/// Faults of the tables of one layout against the definition of its bytes.
template <class L>
index_t faults_of(const abi::kernel_table<L>& with, typename L::grouping_type by = {}) {
    index_t faults = 0;
    for (const index_t rows : {index_t{1}, index_t{16}, index_t{39}}) {
        for (const index_t cols : {index_t{5}, index_t{64}, index_t{300}}) {
            const auto d = random_definition<L>(rows, cols, by, {});
            const std::vector<std::byte> bytes = d.bytes();
            const packed_view<L> view{bytes, rows, cols, d.map, by};
            const auto value = [&](index_t r, index_t c) { return d.value(r, c); };
            const auto reach = [&](index_t r, index_t c) { return reach_of(d, r, c); };

            std::vector<float> decoded(rows * cols);
            with.decode(view, {decoded.data(), rows, cols});
            for (index_t i = 0; i < decoded.size(); ++i) {
                faults += same_bits(decoded[i], d.value(i / cols, i % cols)) ? 0u : 1u;
            }
            const product one{1, rows, cols};
            std::vector<float> y = one.y;
            with.f32.gemv(view, std::span{one.x}.first(cols), std::span{y}.first(rows));
            faults += one.faults_of(y, false, value, reach);
            for (const bool add : {false, true}) {
                const product many{7, rows, cols};
                y = many.y;
                with.f32.gemm(view, {many.x.data(), 7, cols, many.x_stride},
                              {y.data(), 7, rows, many.y_stride}, add);
                faults += many.faults_of(y, add, value, reach);
            }
        }
    }
    return faults;
}

}  // namespace

TEST_CASE("without a limit the best that runs here is chosen") {
    const auto chosen = dispatch(some::kernels, nullptr);
    REQUIRE(chosen.has_value());
    CHECK(chosen.value()->isa == best_here());
    CHECK(dispatch(some::kernels, "").value() == chosen.value());
}

TEST_CASE("the environment limits, an argument more so") {
    setenv("GRADUS_ISA_LIMIT", "scalar", 1);
    CHECK(std::string_view{dispatch(some::kernels).value()->isa} == "scalar");
    CHECK(dispatch(some::kernels, best_here().c_str()).value()->isa == best_here());
    setenv("GRADUS_ISA_LIMIT", "nonsense", 1);
    CHECK(!dispatch(some::kernels).has_value());
    unsetenv("GRADUS_ISA_LIMIT");
    CHECK(dispatch(some::kernels).value()->isa == best_here());
}

TEST_CASE("a limit is what is used, or an error that says why not") {
    for (const auto& each : simd::instruction_sets) {
        const auto chosen = dispatch(some::kernels, each.name);
        REQUIRE(chosen.has_value() == each.runs_here());
        if (chosen) { CHECK(std::string_view{chosen.value()->isa} == each.name); }
        if (!chosen) { CHECK(message_of(each.name).find("does not run") != std::string::npos); }
    }
    CHECK(message_of("mmx").find("'mmx' is unknown here (built for: scalar, ") !=
          std::string::npos);
    CHECK(message_of("scalar,").find("unknown") != std::string::npos);

    const auto only_scalar = shortened(0, 1);
    CHECK(std::string_view{dispatch(only_scalar, nullptr).value()->isa} == "scalar");
    const char* const second = simd::instruction_sets[1].name;
    CHECK(
        dispatch(only_scalar, second).error().message.find("has no kernels (built for: scalar)") !=
        std::string::npos);
    CHECK(!dispatch(shortened(0, 0), nullptr).has_value());
}

TEST_CASE("objects are built for what they are named after, and for no more") {
    struct expected {
        std::string_view isa;
        std::string_view flags;  // less what contracts add
    };

    constexpr expected all[] = {
#if defined(__x86_64__)
        {"scalar", "isa_plain"},
        {"sse4_2", "isa_sse4_2"},
        {"avx2", "isa_sse4_2_avx2_fma_f16c_bmi2_lzcnt_movbe"},
        {"avx2_vnni", "isa_sse4_2_avx2_fma_f16c_bmi2_lzcnt_movbe_avxvnni"},
        {"avx512", "isa_sse4_2_avx2_fma_f16c_bmi2_lzcnt_movbe_avx512"},
        {"avx512_vnni", "isa_sse4_2_avx2_fma_f16c_bmi2_lzcnt_movbe_avx512_vnni"},
        {"avx512_vbmi", "isa_sse4_2_avx2_fma_f16c_bmi2_lzcnt_movbe_avx512_vnni_vbmi_gfni"},
#else
        {"scalar", "isa_plain_neon"},
        {"neon", "isa_neon"},
        {"neon_dot", "isa_neon_dot"},
#endif
    };
    REQUIRE(some::kernels.count == std::size(all));
    for (index_t i = 0; i < some::kernels.count; ++i) {
        std::string_view flags = some::kernels.tables[i]->flags;
        if (flags.ends_with("_checked")) { flags.remove_suffix(8); }
        CHECK(some::kernels.isas[i] == all[i].isa);
        CHECK(flags == all[i].flags);
    }
}

TEST_CASE("every instruction set decodes the same bits and multiplies within the bound") {
    INFO("GRADUS_SEED=", seed());
    for (const auto& each : simd::instruction_sets) {
        if (!each.runs_here()) { continue; }
        CAPTURE(each.name);
        const auto& with = *dispatch(some::kernels, each.name).value();
        CHECK(faults_of(with.of<some::codes>()) == 0);
        CHECK(faults_of(with.of<some::zeros>(), {24}) == 0);
        CHECK(faults_of(with.of<some::levels>(), {100}) == 0);
        CHECK(faults_of(with.of<some::trits>()) == 0);
    }
}

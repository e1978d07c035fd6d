// SPDX-License-Identifier: MIT
// Every guard rail is provoked, and stays silent where all is well.
#include <gradus/compress/findings.hpp>
#include <gradus/grouping/group.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/solver/obs.hpp>

#include <doctest/doctest.h>

#include <numeric>

namespace {

using namespace gradus;

/// The identifier of a finding, or nothing.
std::string id_of(const std::optional<finding>& found) {
    return found ? std::string{found->id} : std::string{};
}

TEST_CASE("a plan that quantizes nothing is found") {
    bit_plan plan;
    plan.matrices.push_back({"m", 4, 8, {{8, {}, {}}}, {0}, {64}});
    CHECK(id_of(find_no_quantizer(plan)) == "no-quantizer");
    CHECK(id_of(find_no_quantizer(bit_plan{})) == "no-quantizer");
    plan.matrices[0].widths[0] = 4;
    CHECK(id_of(find_no_quantizer(plan)).empty());
}

TEST_CASE("weights that did not change are found, and a loss that is that of pruning alone") {
    const std::vector<float> before{1.0f, 2.0f};
    const std::vector<float> after{1.0f, 2.5f};
    CHECK(id_of(find_no_effect("m", before, before, 1.0)) == "no-effect");
    CHECK(id_of(find_no_effect("m", before, after, 1.0)).empty());
    CHECK(id_of(find_no_effect("m", before, after, 13602.1084, 13602.1035)) == "no-effect");
    CHECK(id_of(find_no_effect("m", before, after, 20929.4, 13602.1035)).empty());
}

TEST_CASE("pruning and quantizing loses more than pruning alone, or it is found") {
    constexpr index_t rows = 16;
    constexpr index_t cols = 64;
    std::vector<float> x(256 * cols);
    std::vector<float> w(rows * cols);
    std::uint32_t state = 1;
    for (auto* values : {&x, &w}) {
        for (float& v : *values) {
            state = state * 1664525u + 1013904223u;
            v = static_cast<float>(state >> 8) / 16777216.0f - 0.5f;
        }
    }
    hessian<float> h{cols};
    REQUIRE(h.accumulate({x.data(), 256, cols}));
    const auto f = factorize(std::move(h));
    REQUIRE(f);
    const auto loss_of = [&](const auto& quantizer, std::vector<float> copy) {
        const auto done =
            obs(matrix_view<float>{copy.data(), rows, cols}, *f, quantizer, unstructured{0.5});
        REQUIRE(done);
        return std::pair{done->loss, copy};
    };
    const auto [pruned, zeros] = loss_of(unquantized{}, w);
    const recipe<layout<uniform_symmetric<4>, group<64>>> four{};
    const auto [both, codes] = loss_of(four, w);
    CHECK(id_of(find_no_effect("m", w, codes, both, pruned)).empty());
    // A quantizer that does nothing is told by its loss, although the weights did change.
    const auto [nothing, again] = loss_of(unquantized{}, w);
    CHECK(id_of(find_no_effect("m", w, again, nothing, pruned)) == "no-effect");
}

TEST_CASE("a lossless result at few bits is found") {
    CHECK(id_of(find_lossless("m", 0.0, 4, 64, 100)) == "lossless-at-low-bits");
    CHECK(id_of(find_lossless("m", 0.0, 4, 64, 16)).empty());  // as many values as codes
    CHECK(id_of(find_lossless("m", 0.0, 8, 64, 1000)).empty());
    CHECK(id_of(find_lossless("m", 1e-9, 4, 64, 100)).empty());
    CHECK(id_of(find_lossless("m", 1.0, 4, 1, 1)) == "lossless-at-low-bits");
}

TEST_CASE("a missed target is found") {
    CHECK(id_of(find_off_target(7.876, 4.0)) == "off-target");
    CHECK(id_of(find_off_target(3.9951, 4.0)).empty());
}

TEST_CASE("flat scores are found") {
    CHECK(id_of(find_flat_importance("m", std::vector{0.979, 1.0, 1.021})) == "flat-importance");
    CHECK(id_of(find_flat_importance("m", std::vector{0.5, 1.0, 1.5})).empty());
    CHECK(id_of(find_flat_importance("m", {})).empty());
}

TEST_CASE("lost zeros are found") {
    CHECK(id_of(find_lost_zeros("m", 35, 50)) == "zero-lost");
    CHECK(id_of(find_lost_zeros("m", 51, 50)).empty());
}

TEST_CASE("trouble with a Hessian is found") {
    factor_report report;
    CHECK(id_of(find_retry("x", report)).empty());
    report.retries = 1;
    CHECK(id_of(find_retry("x", report)) == "chol-retry");
    CHECK(id_of(find_few_tokens("x", 100, 256)) == "under-sampled");
    CHECK(id_of(find_few_tokens("x", 256, 256)).empty());
    CHECK(id_of(find_dead("x", 3, 256)) == "dead-columns");
    CHECK(id_of(find_dead("x", 0, 256)).empty());
    CHECK(id_of(find_uncovered("expert 3", 10, 256)) == "uncovered-expert");
    CHECK(id_of(find_uncovered("expert 3", 256, 256)).empty());
}

TEST_CASE("figures that cannot be told apart are found") {
    CHECK(id_of(find_equal("a", 36.186, "b", 36.186)) == "baseline-equal");
    CHECK(id_of(find_equal("a", 36.186, "b", 36.187)).empty());
}

TEST_CASE("a text that is in both places is found wherever it begins") {
    std::vector<token_t> calibration(5000);
    std::uint32_t state = 1;
    for (token_t& t : calibration) {
        state = state * 1664525u + 1013904223u;
        t = state >> 24;
    }
    std::vector<token_t> measured(3000);
    std::iota(measured.begin(), measured.end(), token_t{0});
    CHECK(id_of(find_leak(calibration, measured)).empty());
    std::copy_n(calibration.begin() + 1234, 100, measured.begin() + 801);
    CHECK(id_of(find_leak(calibration, measured)) == "leak");
}

}  // namespace

// SPDX-License-Identifier: MIT
// Plans hit their target to the bit that will be stored.
#include <gradus/allocation/budget_allocator.hpp>
#include <gradus/compress/bit_plan.hpp>
#include <gradus/core/random.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace {

using namespace gradus;

/// Matrices of a small model whose columns' sensitivities fall off, each at its own rate.
std::vector<matrix_losses> some_matrices() {
    std::vector<matrix_losses> all;
    const index_t shapes[][2] = {{256, 256}, {128, 256}, {512, 256}, {256, 512}, {172, 256}};
    for (index_t m = 0; m < 10; ++m) {
        const auto [rows, cols] = shapes[m % 5];
        matrix_losses one{"matrix " + std::to_string(m), rows, cols, {0, 2, 3, 4, 5, 6, 8}, {}};
        const random_key key = random_key::of(7, m);
        for (const int width : one.widths) {
            std::vector<double> losses;
            for (index_t c = 0; c < cols; ++c) {
                const auto start = static_cast<double>(1 + key.below(9, 0));
                losses.push_back(static_cast<double>(rows) * start * std::exp2(-2.0 * width) /
                                 static_cast<double>(1 + c));
            }
            one.losses.push_back(std::move(losses));
        }
        all.push_back(std::move(one));
    }
    return all;
}

std::uint64_t weights_of(const std::vector<matrix_losses>& all) {
    std::uint64_t count = 0;
    for (const matrix_losses& m : all) {
        count += m.rows * m.cols;
    }
    return count;
}

bit_goal goal_of(const std::vector<matrix_losses>& all, double bits, index_t block = 64) {
    return {{bits, weights_of(all)}, bit_count::stored_bits, 10000, block};
}

TEST_CASE("every target from the floor to the ceiling is hit within 0.005 bit, never above") {
    const auto all = some_matrices();
    const run_rules rules;
    const cost_range reach = reach_of(all, rules, goal_of(all, 4.0));
    const double floor = average_bits(reach.least, weights_of(all));
    CHECK(floor < 0.6);  // the first block of each matrix at 2 bits
    double before = 1e300;
    for (int step = static_cast<int>(floor / 0.05) + 1; step <= 160; ++step) {
        const double target = 0.05 * step;
        const auto plan = plan_bits(all, rules, goal_of(all, target), budget_allocator{});
        REQUIRE_MESSAGE(plan.has_value(), (plan ? "" : plan.error().message));
        const double average = average_bits(plan->bits, weights_of(all));
        CHECK_MESSAGE(average <= target, target);
        CHECK_MESSAGE(average >= target - 0.005, target);
        CHECK(plan->predicted <= before);
        before = plan->predicted * 1.0001;  // overheads of runs move in steps
    }
}

TEST_CASE("a plan's bits are those of its runs, and its runs cover all columns") {
    const auto all = some_matrices();
    const auto plan = plan_bits(all, {}, goal_of(all, 3.0), budget_allocator{});
    REQUIRE(plan);
    std::uint64_t bits = 10000;
    for (const matrix_plan& m : plan->matrices) {
        index_t cols = 0;
        for (const run_recipe& run : m.runs) {
            cols += run.cols;
            bits += run_bits(run.layout, m.rows, run.cols);
        }
        CHECK(cols == m.cols);
    }
    CHECK(bits == plan->bits);
}

TEST_CASE("what costs more gets no fewer bits") {
    const auto all = some_matrices();
    const auto plan = plan_bits(all, {}, goal_of(all, 3.0), budget_allocator{});
    REQUIRE(plan);
    for (const matrix_plan& m : plan->matrices) {
        CHECK(std::is_sorted(m.widths.rbegin(), m.widths.rend()));  // losses fall along the columns
    }
}

TEST_CASE("a target out of reach is refused with the feasible range") {
    auto all = some_matrices();
    for (matrix_losses& m : all) {
        m.widths.erase(m.widths.begin());
        m.losses.erase(m.losses.begin());
    }
    const auto plan = plan_bits(all, {}, goal_of(all, 1.5), budget_allocator{});
    REQUIRE(!plan);
    CHECK(plan.error().code == errc::invalid_argument);
    CHECK(plan.error().message.find("feasible: 2.") != std::string::npos);
}

TEST_CASE("averages of code widths count codes alone") {
    const auto all = some_matrices();
    bit_goal goal = goal_of(all, 4.0);
    goal.what = bit_count::code_bits;
    const auto plan = plan_bits(all, {}, goal, budget_allocator{});
    REQUIRE(plan);
    const double average = average_bits(plan->codes, weights_of(all));
    CHECK(average <= 4.0);
    CHECK(average >= 3.995);
    CHECK(plan->bits > plan->codes);
}

TEST_CASE("pruned weights are counted with the places of their survivors") {
    const std::string layout = layout_for(4, 256, 64);
    const std::uint64_t dense = run_bits(layout, 128, 256);
    const index_t half = 128 * 256 / 2;
    const std::uint64_t masked = run_bits(layout, 128, 256, kept_weights{half});
    const std::uint64_t fours =
        run_bits(layout, 128, 256, kept_weights{half, survivor_pattern{2, 4}});
    CHECK(dense - masked <= 128 * 256);  // half of the codes for a bit a weight, and some offsets
    CHECK(dense > masked);
    CHECK(fours < masked);  // three quarters of a bit instead of one
    CHECK(run_bits(layout, 128, 256, kept_weights{128 * 256}) == dense);
}

}  // namespace

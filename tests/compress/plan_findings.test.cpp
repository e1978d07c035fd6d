// SPDX-License-Identifier: MIT
// Suspicious plans are found, sound ones are not.
#include <gradus/allocation/budget_allocator.hpp>
#include <gradus/compress/plan_findings.hpp>

#include <doctest/doctest.h>

namespace {

using namespace gradus;

/// Two matrices of four blocks; a weight of the second one costs `ratio` times as much.
std::vector<matrix_losses> two_matrices(double ratio) {
    std::vector<matrix_losses> all;
    for (const double scale : {1.0, ratio}) {
        matrix_losses one{all.empty() ? "a" : "b", 64, 256, {2, 3, 4}, {}};
        for (const int width : one.widths) {
            one.losses.emplace_back(one.cols, scale * std::ldexp(1.0, -2 * width));
        }
        all.push_back(std::move(one));
    }
    return all;
}

/// All columns of each matrix at one width.
bit_plan plan_of(const std::vector<matrix_losses>& all, std::uint32_t first, std::uint32_t second) {
    const auto blocks = planning::cut(all, 64);
    planning::draft draft{all, blocks, run_rules{}};
    draft.choose(
        std::vector<std::uint32_t>{first, first, first, first, second, second, second, second});
    return draft.plan(0);
}

std::string id_of(const std::optional<finding>& found) {
    return found ? std::string{found->id} : std::string{};
}

TEST_CASE("a plan of the lowest and the highest widths alone is degenerate") {
    const auto all = two_matrices(10.0);
    CHECK(id_of(find_degenerate(all, plan_of(all, 0, 2), {}, 64)) == "degenerate");
    CHECK(id_of(find_degenerate(all, plan_of(all, 0, 1), {}, 64)).empty());
}

TEST_CASE("one width for all is degenerate where sensitivities vary and there was a choice") {
    const auto uneven = two_matrices(10.0);
    CHECK(id_of(find_degenerate(uneven, plan_of(uneven, 1, 1), {}, 64)) == "degenerate");
    CHECK(id_of(find_degenerate(uneven, plan_of(uneven, 0, 0), {}, 64)).empty());  // the floor
    CHECK(id_of(find_degenerate(uneven, plan_of(uneven, 2, 2), {}, 64)).empty());  // the ceiling
    const auto even = two_matrices(2.0);
    CHECK(id_of(find_degenerate(even, plan_of(even, 1, 1), {}, 64)).empty());
}

TEST_CASE("a run is told from another of its width by its group") {
    auto all = two_matrices(2.0);
    for (auto& m : all) {
        m.widths.assign(m.widths.size(), 3);
        m.groups = {whole_cluster, 128, 64};
    }
    const auto blocks = planning::cut(all, 64);
    planning::draft draft{all, blocks, run_rules{}};
    draft.choose(std::vector<std::uint32_t>{0, 1, 2, 1, 2, 2, 1, 0});
    const bit_plan plan = draft.plan(0);
    REQUIRE(plan.matrices[0].runs.size() == 4);
    for (const std::uint32_t run : {0u, 1u, 2u, 3u}) {
        const std::uint32_t chosen[] = {0, 1, 2, 1};
        CHECK(planning::option_of(all[0], plan.matrices[0], run) == chosen[run]);
    }
}

TEST_CASE("an allocation that uses widths between is not degenerate") {
    const auto all = two_matrices(10.0);
    const auto blocks = planning::cut(all, 64);
    const auto items = planning::options_of(all, blocks, {}, bit_count::stored_bits);
    const auto found = budget_allocator{}.allocate(items.view(), 2 * 64 * 256 * 27 / 10);
    REQUIRE(found);
    planning::draft draft{all, blocks, run_rules{}};
    draft.choose(found->choice);
    CHECK(id_of(find_degenerate(all, draft.plan(0), {}, 64)).empty());
}

TEST_CASE("what is no code is metadata, and too much of it is found") {
    const auto all = two_matrices(2.0);
    const bit_plan plan = plan_of(all, 1, 1);
    CHECK(metadata_beside_codes(plan, 0) == plan.bits - plan.codes);
    CHECK(metadata_beside_codes(plan, 100) == plan.bits - plan.codes + 100);
    CHECK(id_of(find_heavy_metadata(plan, 0)).empty());
    run_rules narrow;
    narrow.group = 8;  // a scale of 8 bits for 8 codes of 2
    const auto blocks = planning::cut(all, 64);
    planning::draft draft{all, blocks, narrow};
    draft.choose(std::vector<std::uint32_t>(8, 0));
    CHECK(id_of(find_heavy_metadata(draft.plan(0), 0)) == "metadata-dominates");
}

}  // namespace

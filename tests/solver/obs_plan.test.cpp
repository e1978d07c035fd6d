// SPDX-License-Identifier: MIT
// A plan covers every step once, and its fits never reach across what they must not.
#include "seed.hpp"

#include <gradus/solver/obs_plan.hpp>

#include <doctest/doctest.h>

namespace {

using gradus::grid_time;
using gradus::index_t;
using gradus::obs_plan;
using gradus::planned_run;

void check_pieces(const obs_plan& plan, index_t n) {
    index_t at = 0;
    index_t windows = 0;
    for (const auto& b : plan.blocks()) {
        CHECK(b.first == at);
        CHECK(b.end > b.first);
        CHECK(b.end - b.first <= gradus::wide_columns);
        CHECK(b.window == windows);
        windows += (b.end - b.first + 15) / 16;
        at = b.end;
        for (const auto& f : plan.fits(b.first, b.end - b.first)) {
            CHECK((f.at - b.first) % 16 == 0);
            if (f.count <= gradus::wide_columns) { CHECK(f.at + f.count <= b.end); }
            if (f.count > gradus::wide_columns) { CHECK(f.at == b.first); }
        }
    }
    CHECK(at == n);
    CHECK(plan.windows() == windows);
    CHECK(plan.window_widths().size() == windows);
}

}  // namespace

TEST_CASE("groups of whole windows leave blocks of 512 as they are") {
    const planned_run run[] = {{0, 1500, 64}};
    const obs_plan plan{run, {}, grid_time::fresh, 128};
    check_pieces(plan, 1500);
    REQUIRE(plan.blocks().size() == 3);
    CHECK(plan.blocks()[1].first == 512);
    CHECK(plan.fits().size() == 24);
    const obs_plan fixed{run, {}, grid_time::fixed, 128};
    CHECK(fixed.fits().empty());
    CHECK(fixed.blocks().size() == 3);
}

TEST_CASE("random runs and group sizes are covered once") {
    std::uint64_t state = gradus::test::seed() + 77;
    const auto draw = [&](index_t limit) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return static_cast<index_t>(state >> 33) % limit;
    };
    for (int round = 0; round < 200; ++round) {
        std::vector<planned_run> runs;
        index_t n = 0;
        for (index_t r = 0; r < 1 + draw(6); ++r) {
            const index_t cols = 1 + draw(900);
            constexpr index_t sizes[] = {8, 16, 24, 32, 48, 64, 128, 256, 640};
            const index_t group = std::min(cols, draw(4) == 0 ? cols : sizes[draw(9)]);
            runs.push_back({n, cols, group});
            n += cols;
        }
        for (const grid_time when : {grid_time::fresh, grid_time::blocks, grid_time::fixed}) {
            check_pieces(obs_plan{runs, {}, when, 64}, n);
            std::vector<index_t> order(n);  // groups stay together in reverse, not when shuffled
            for (index_t j = 0; j < n; ++j) {
                order[j] = n - 1 - j;
            }
            check_pieces(obs_plan{runs, order, when, 64}, n);
            for (index_t j = n; j > 1; --j) {
                std::swap(order[j - 1], order[draw(j)]);
            }
            check_pieces(obs_plan{runs, order, when, 64}, n);
        }
    }
}

TEST_CASE("scattered groups are not fitted on the way") {
    const planned_run run[] = {{0, 64, 32}};
    std::vector<index_t> order(64);
    for (index_t j = 0; j < 64; ++j) {
        order[j] = j % 2 * 32 + j / 2;
    }
    CHECK(obs_plan(run, order, grid_time::fresh, 128).fits().empty());
}

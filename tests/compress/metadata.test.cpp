// SPDX-License-Identifier: MIT
// Groups that share scales save metadata, to the bit, where the budget finds that they pay.
#include <gradus/allocation/budget_allocator.hpp>
#include <gradus/compress/bit_plan.hpp>
#include <gradus/compress/metadata.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace {

using namespace gradus;

/// Two clusters of 100 and 156 columns. One scale for a cluster costs `more` times the loss of
/// regular groups.
matrix_losses clustered(double more) {
    matrix_losses m{.name = "m", .rows = 128, .cols = 256, .widths = {}, .losses = {}};
    m.clusters = {0, 100};
    for (const int width : {2, 3, 4}) {
        for (const index_t group : {whole_cluster, index_t{64}}) {
            m.widths.push_back(width);
            m.groups.push_back(group);
            const double factor = group == whole_cluster ? more
                                : group == 128           ? std::sqrt(more)
                                                         : 1;
            std::vector<double> losses;
            for (index_t c = 0; c < m.cols; ++c) {
                losses.push_back(factor * (c < 100 ? 4.0 : 1.0) * std::exp2(-2.0 * width));
            }
            m.losses.push_back(std::move(losses));
        }
    }
    return m;
}

bit_plan plan_of(double more, double bits) {
    const std::vector<matrix_losses> all{clustered(more)};
    const bit_goal goal{{bits, 128 * 256, 0.2}, bit_count::stored_bits, 0, 64};
    const auto plan = plan_bits(all, {}, goal, budget_allocator{});
    REQUIRE_MESSAGE(plan.has_value(), (plan ? "" : plan.error().message));
    return *plan;
}

TEST_CASE("scales that cost nothing are shared, one a row and cluster") {
    const bit_plan plan = plan_of(1.0, 2.6);
    const matrix_plan& m = plan.matrices[0];
    REQUIRE(m.runs.size() == 2);
    CHECK(m.groups == std::vector<index_t>{whole_cluster, whole_cluster});
    CHECK(m.runs[0].cols == 100);
    CHECK(m.runs[0].layout == "adaptive_quantile3_g100_f16");
    CHECK(m.runs[1].layout == "adaptive_quantile2_g156_f16");
    const metadata_bits found = metadata_of(plan.matrices, 64);
    CHECK(found.shared_weights == 128 * 256);
    CHECK(found.stored == plan.bits - plan.codes);
    CHECK(found.saved() > 0.0);
    CHECK(found.stored >= 128 * 2 * 16);        // two scales of 16 bits a row
    CHECK(found.stored < 128 * 2 * 16 + 2048);  // codebooks and offsets
}

TEST_CASE("scales that cost much are not shared, and runs go across clusters") {
    const bit_plan plan = plan_of(1000.0, 4.3);
    const matrix_plan& m = plan.matrices[0];
    REQUIRE(m.runs.size() == 1);
    CHECK(m.groups[0] == 64);
    const metadata_bits found = metadata_of(plan.matrices, 64);
    CHECK(found.stored == found.regular);
    CHECK(found.shared_weights == 0);
    CHECK(found.saved() == 0.0);
}

TEST_CASE("blocks end where clusters do, and cover all columns") {
    const std::vector<matrix_losses> all{clustered(1.0)};
    index_t at = 0;
    for (const planning::block& b : planning::cut(all, 64)) {
        CHECK(b.first == at);
        CHECK(b.first + b.cols <= all[0].cluster_end(b.first));
        at += b.cols;
    }
    CHECK(at == 256);
}

TEST_CASE("pruned runs have no metadata") {
    matrix_plan m{"m", 16, 64, {{32, layout_for(4, 32, 32), {}}, {32, {}, {}}}, {4, 0}, {32, 32}};
    const metadata_bits found = metadata_of(std::span{&m, 1}, 32);
    CHECK(found.stored == run_bits(layout_for(4, 32, 32), 16, 32) - 16 * 32 * 4);
}

}  // namespace

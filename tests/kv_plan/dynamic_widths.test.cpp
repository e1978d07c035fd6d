// SPDX-License-Identifier: MIT
// Importance that follows the queries: a running mean, and widths at the plan's bits.
#include "noisy_heads.hpp"

#include <gradus/kv_plan/dynamic_widths.hpp>

#include <doctest/doctest.h>

#include <memory>

namespace {

using gradus::index_t;
using gradus::kv_kind;
using gradus::test::matrix;

}  // namespace

TEST_CASE("the running energy starts as a mean, and forgets by half in a half life") {
    gradus::running_importance tracker{1, 2, 8.0};
    CHECK(!tracker.known());
    matrix queries{3, 4};  // two query heads share the head
    for (index_t i = 0; i < queries.values.size(); ++i) {
        queries.values[i] = static_cast<float>(i);
    }
    tracker.add(queries.view().block(0, 1));
    CHECK(tracker.known());
    CHECK(tracker.energy(0)[0] == doctest::Approx((0.0 + 4.0) / 2.0));
    CHECK(tracker.energy(0)[1] == doctest::Approx((1.0 + 9.0) / 2.0));
    gradus::running_importance slow{1, 2, 1e9};
    slow.add(queries.view());
    CHECK(slow.energy(0)[0] == doctest::Approx((0 + 4 + 16 + 36 + 64 + 100) / 6.0).epsilon(1e-6));
    const matrix ones{400, 4};
    tracker.add(ones.view());  // zeros, for fifty half lives
    CHECK(tracker.energy(0)[1] < 1e-12);
    matrix two{8, 4};
    two.values.assign(two.values.size(), 2.0f);
    tracker.add(two.view());
    CHECK(tracker.energy(0)[0] == doctest::Approx(2.0).epsilon(1e-6));  // half of 4
    tracker.reset();
    CHECK(!tracker.known());
}

TEST_CASE("dynamic widths take the plan's bits, and more where the queries are") {
    const auto options = gradus::test::small_options();
    const auto measured = gradus::test::noisy_measurement(options);
    const auto plan = gradus::plan_cache(measured, 3.5).value();
    const auto shared = std::make_shared<const gradus::dynamic_plan>(
        gradus::dynamic_plan{measured, plan, gradus::test::noisy_statistics(2, 2, 128, 32), 64.0});
    auto tracker = std::make_shared<gradus::running_importance>(2, 32, 64.0);
    gradus::dynamic_widths choose{shared, tracker};
    const index_t units = plan.shape.units();
    const matrix nothing{16, 64};
    const std::vector<gradus::kv_block_values> block{
        {1, 32, plan.shape, nothing.view(), nothing.view(), {}}};
    const auto bits_of = [&](const std::vector<std::uint8_t>& widths) {
        index_t bits = 0;
        for (index_t u = 0; u < units; ++u) {
            bits += gradus::unit_bits(plan.shape, u, 16, widths[u]);
        }
        return bits;
    };
    std::vector<std::uint8_t> before(units);
    choose(block, gradus::matrix_view<std::uint8_t>{before.data(), 1, units});
    for (index_t u = 0; u < units; ++u) {
        CHECK(before[u] == plan.width(2, 1, u));
    }
    matrix queries{4, 64};  // loud in the channels of the second head's last group
    const auto& order = plan.bases[1]->keys[1].order;
    for (index_t t = 0; t < 4; ++t) {
        for (index_t d = 0; d < 64; ++d) {
            queries(t, d) = 1.0f;
        }
        for (index_t i = 24; i < 32; ++i) {
            queries(t, 32 + order[i]) = 30.0f;
        }
    }
    tracker->add(queries.view());
    std::vector<std::uint8_t> after(units);
    choose(block, gradus::matrix_view<std::uint8_t>{after.data(), 1, units});
    const index_t loud = plan.shape.unit_index(1, kv_kind::key, 3);
    CHECK(after[loud] > before[loud]);
    CHECK(bits_of(after) <= bits_of(before));
    CHECK(bits_of(after) + 16 * 8 >= bits_of(before));
}

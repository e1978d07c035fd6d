// SPDX-License-Identifier: MIT
// Budgets over keys and values: met, never exceeded, and what is stored is what was counted.
#include "noisy_heads.hpp"

#include <gradus/kv_plan/plan_cache.hpp>
#include <gradus/kv_plan/planned_cache.hpp>
#include <gradus/kv_plan/shared_budget.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using gradus::budget_split;
using gradus::index_t;
using gradus::kv_kind;
using gradus::test::matrix;

const gradus::measured_cache& measured() {
    static const auto found = gradus::test::noisy_measurement(gradus::test::small_options());
    return found;
}

/// What planned_caches asks of a model.
struct two_layers {
    std::vector<int> steps{0, 1};

    [[nodiscard]] const std::vector<int>& plan() const { return steps; }
};

}  // namespace

TEST_CASE("a budget is achieved within 0.01 bit and never exceeded") {
    for (int half = 5; half <= 16; ++half) {
        const double target = 0.5 * half;
        const auto plan = gradus::plan_cache(measured(), target);
        REQUIRE(plan.has_value());
        const double bits = plan.value().bits(1024).mean();
        CHECK(bits <= target);
        CHECK(bits > target - 0.01);
    }
}

TEST_CASE("a target out of reach is refused with the feasible range") {
    for (const double target : {0.0001, 12.0, -1.0}) {
        const auto plan = gradus::plan_cache(measured(), target);
        REQUIRE(!plan);
        CHECK(plan.error().code == gradus::errc::invalid_argument);
        CHECK(plan.error().message.find("out of reach (feasible: ") != std::string::npos);
    }
    CHECK(!gradus::plan_cache(measured(), std::nan("")));
}

TEST_CASE("the automatic split predicts no more loss than the equal one, and than equal widths") {
    for (const double target : {3.0, 4.5, 6.0}) {
        const auto automatic = gradus::plan_cache(measured(), target).value();
        const auto equal = gradus::plan_cache(measured(), target, budget_split::equal).value();
        CHECK(automatic.predicted <= equal.predicted * (1.0 + 1e-9));
        CHECK(std::abs(equal.bits(1024).of_keys() - equal.bits(1024).of_values()) < 0.1);
    }
    const auto flat = gradus::equal_plan(measured(), 4, 4);
    const auto better = gradus::plan_cache(measured(), flat.bits(1024).mean() + 1e-9).value();
    CHECK(better.predicted <= flat.predicted);
}

TEST_CASE("more bits never predict more loss") {
    double last = HUGE_VAL;
    for (const double target : {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0}) {
        const double predicted = gradus::plan_cache(measured(), target).value().predicted;
        CHECK(predicted < last);
        last = predicted;
    }
}

TEST_CASE("caches of a plan allocate the bytes that the plan counts") {
    const auto plan = gradus::plan_cache(measured(), 4.0).value();
    const gradus::planned_caches make{plan};
    for (const index_t tokens : {16u, 48u, 64u, 96u}) {
        auto caches = make(two_layers{}, 96);
        const matrix k{tokens, 64, 7, 4.0f};
        const matrix v{tokens, 64, 8, 4.0f};
        index_t bytes = 0;
        for (auto& cache : caches) {
            const index_t empty = cache.size_in_bytes();  // slots of recent tokens
            REQUIRE(cache.append(k.view(), v.view()).has_value());
            bytes += cache.size_in_bytes() - empty;
        }
        const gradus::cache_bits bits = plan.bits(tokens);
        CHECK(8 * bytes == bits.keys + bits.values);  // an even number of units: no padding
    }
}

TEST_CASE("blocks take turns, and layers keep their own widths") {
    const auto plan =
        std::make_shared<const gradus::cache_plan>(gradus::plan_cache(measured(), 3.3).value());
    gradus::planned_widths choose{plan};
    const index_t units = plan->shape.units();
    const matrix nothing{16, 64};
    std::vector<std::uint8_t> widths(2 * units);
    for (index_t block = 0; block < 6; ++block) {
        std::vector<gradus::kv_block_values> layers;
        for (const index_t layer : {1u, 0u}) {
            layers.push_back({layer, 16 * block, plan->shape, nothing.view(), nothing.view(), {}});
        }
        choose(layers, gradus::matrix_view<std::uint8_t>{widths.data(), 2, units});
        for (index_t u = 0; u < units; ++u) {
            CHECK(widths[u] == plan->width(block % 4, 1, u));
            CHECK(widths[units + u] == plan->width(block % 4, 0, u));
        }
    }
}

TEST_CASE("one budget serves weights and cache, and says what it needs at least") {
    std::vector<gradus::matrix_options> matrices;
    for (index_t m = 0; m < 6; ++m) {
        gradus::matrix_options matrix{"m" + std::to_string(m), {}};
        for (std::uint64_t bits = 2; bits <= 8; ++bits) {
            const double scale = 100.0 * static_cast<double>(m + 1);
            matrix.options.push_back(
                {bits * 20000, scale * std::exp2(-2.0 * static_cast<double>(bits))});
        }
        matrices.push_back(std::move(matrix));
    }
    double last = HUGE_VAL;
    for (const std::uint64_t budget : {800000u, 1000000u, 1400000u}) {
        const auto plan = gradus::share_budget(measured(), matrices, budget);
        REQUIRE(plan.has_value());
        CHECK(plan.value().weight_bits + plan.value().cache_bits <= budget);
        CHECK(plan.value().weight_bits + plan.value().cache_bits > budget - 30000);
        CHECK(plan.value().predicted < last);
        last = plan.value().predicted;
    }
    const auto refused = gradus::share_budget(measured(), matrices, 100000);
    REQUIRE(!refused);
    CHECK(refused.error().message.find("are out of reach (feasible: ") != std::string::npos);
}

// SPDX-License-Identifier: MIT
// Measured losses of heads: the best mapping, falling errors, the grid that is stored.
#include "noisy_heads.hpp"

#include <doctest/doctest.h>

namespace {

using gradus::index_t;
using gradus::kv_kind;
using gradus::unit_mapping;

}  // namespace

TEST_CASE(
    "the mapping chosen for a head never errs more than another, unless a codebook would not pay") {
    const auto measured = gradus::test::noisy_measurement(gradus::test::small_options());
    index_t trained = 0;
    for (const gradus::head_losses& head : measured.heads) {
        for (int width = 1; width <= 8; ++width) {
            const auto& at = head.widths[static_cast<index_t>(width)];
            const double chosen = at.by_mapping[static_cast<index_t>(at.mapping)];
            CHECK(chosen <= at.by_mapping[0]);
            CHECK(chosen <= at.by_mapping[1]);
            if (at.by_mapping[2] < chosen) {
                CHECK(!gradus::check_codebook(width, at.by_mapping[2], chosen, 1024 * 32));
            }
            double sum = 0.0;
            for (const double e : at.errors) {
                sum += e;
            }
            CHECK(sum == doctest::Approx(chosen));
            trained += at.mapping == unit_mapping::adaptive ? 1 : 0;
            CHECK((at.mapping == unit_mapping::uniform) == at.levels.empty());
            CHECK(std::is_sorted(at.levels.begin(), at.levels.end()));
        }
    }
    CHECK(trained > 0);
}

TEST_CASE("a head whose codebook few tokens share does without, and stores no levels of its own") {
    gradus::plan_options options = gradus::test::small_options();
    options.amortised = 4;  // 128 numbers: 4 levels are half a bit for each
    for (const gradus::head_losses& head : gradus::test::noisy_measurement(options).heads) {
        for (int width = 1; width <= 8; ++width) {
            const auto& at = head.widths[static_cast<index_t>(width)];
            const double chosen = at.by_mapping[static_cast<index_t>(at.mapping)];
            CHECK(chosen <= at.by_mapping[0]);
            CHECK(chosen <= at.by_mapping[1]);
            if (at.mapping != unit_mapping::adaptive) { continue; }
            const double rival = std::min(at.by_mapping[0], at.by_mapping[1]);
            CHECK(gradus::check_codebook(width, chosen, rival, 4 * 32));
            CHECK(gradus::bits_saved(chosen, rival, 4 * 32) >
                  static_cast<double>(gradus::level_table_bits(width)));
        }
    }
}

TEST_CASE("errors fall with every bit, and no bits leave the weighted variance") {
    gradus::plan_options options = gradus::test::small_options();
    options.mappings = {true, false, false};
    const auto measured = gradus::test::noisy_measurement(options);
    for (index_t layer = 0; layer < measured.layers; ++layer) {
        for (index_t u = 0; u < measured.shape.units(); ++u) {
            for (int width = 2; width <= 8; ++width) {
                CHECK(measured.loss(layer, u, width) < measured.loss(layer, u, width - 1));
            }
        }
    }
    // Width 0 of a centered unit is all zeros: the mean square of what is stored, weighted.
    const auto statistics = gradus::test::noisy_statistics(2, 2, 128, 32);
    const gradus::head_statistics& head = statistics[1][0];
    const gradus::head_basis& basis = measured.bases[1]->keys[0];
    const auto rows = gradus::rows_in_basis(head.key_rows(), basis);
    const double error = measured.head(1, 0, kv_kind::key).widths[0].by_mapping[0];
    double expected = 0.0;
    for (index_t t = 0; t < 128; ++t) {
        if (t / 16 % 2 == 1) { continue; }  // those train codebooks
        for (index_t d = 0; d < 32; ++d) {
            const auto x = static_cast<double>(rows[t * 32 + d]);
            expected += head.key_weights[basis.order[d]] * x * x / 64.0;
        }
    }
    CHECK(error == doctest::Approx(expected).epsilon(1e-5));
}

TEST_CASE("channels are ordered by what their errors cost") {
    const auto measured = gradus::test::noisy_measurement(gradus::test::small_options());
    const auto statistics = gradus::test::noisy_statistics(2, 2, 128, 32);
    const gradus::head_statistics& head = statistics[0][1];
    const gradus::head_basis& basis = measured.bases[0]->keys[1];
    double last = HUGE_VAL;
    for (const index_t d : basis.order) {
        double sum = 0.0;
        double squares = 0.0;
        for (index_t t = 0; t < 128; ++t) {
            const auto x = static_cast<double>(head.keys[t * 32 + d]);
            sum += x / 128.0;
            squares += x * x / 128.0;
        }
        CHECK(static_cast<double>(basis.shift[d]) == doctest::Approx(sum).epsilon(1e-3));
        const double price = head.key_weights[d] * (squares - sum * sum);
        CHECK(price <= last * (1.0 + 1e-9));
        last = price;
    }
}

TEST_CASE("the number of threads changes nothing, and a sequence below a block is refused") {
    const auto statistics = gradus::test::noisy_statistics(1, 2, 64, 16);
    gradus::thread_pool one{1};
    gradus::thread_pool three{3};
    const auto options = gradus::test::small_options();
    const auto a = gradus::measure_cache(statistics, options, one).value();
    const auto b = gradus::measure_cache(statistics, options, three).value();
    for (index_t i = 0; i < a.heads.size(); ++i) {
        for (index_t w = 0; w <= 8; ++w) {
            CHECK(a.heads[i].widths[w].errors == b.heads[i].widths[w].errors);
            CHECK(a.heads[i].widths[w].levels == b.heads[i].widths[w].levels);
        }
    }
    const auto refused =
        gradus::measure_cache(gradus::test::noisy_statistics(1, 1, 15, 16), options, one);
    REQUIRE(!refused);
    CHECK(refused.error().message.find("whole block of 16 tokens") != std::string::npos);
}

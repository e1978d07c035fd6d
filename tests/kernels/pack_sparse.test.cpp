// SPDX-License-Identifier: MIT
// Sparse matrices from the plain order and back, their sizes, and what is refused.
#include "pruned_definition.hpp"

#include <gradus/grouping/tensor.hpp>
#include <gradus/kernels/pack_smallest.hpp>
#include <gradus/layout/shipped_menu.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <string>

namespace {

using namespace gradus;
using namespace gradus::test;

constexpr survivor_pattern patterns[] = {survivor_mask, {2, 4}, {1, 4}, {3, 4}, {4, 8}, {1, 8}};

bool same(const plain_codes& a, const plain_codes& b) {
    return a.rows == b.rows && a.cols == b.cols && a.grid_rows == b.grid_rows &&
           a.grid_cols == b.grid_cols && a.codes == b.codes && a.scales == b.scales &&
           a.zeros == b.zeros && a.row_words == b.row_words;
}

/// Packs, counts, looks over, unpacks and packs again.
template <class L> index_t faults_of(const definition<L>& d, const survivor_pattern& pattern) {
    const plain_codes plain = plain_of(d);
    const auto packed = pack_sparse<L>(plain.view(), d.map, d.by, pattern);
    if (!packed) { return 1'000'000; }
    const sparse_matrix_view<L> view = packed.value().view();
    index_t faults = same(unpack_codes(view), plain) ? 0 : 1;
    faults += find_bad_survivor(view) ? 1u : 0u;
    faults += view.complete() ? 0u : 1u;
    const index_t kept =
        pattern.is_mask() ? survivors_of(d) : d.rows * d.cols / pattern.m * pattern.n;
    faults += view.survivor_count() == kept ? 0u : 1u;
    const index_t bits = 8 * packed.value().bytes().size() + codebook_bits<L>;
    faults += packed.value().size_in_bits() == bits ? 0u : 1u;
    faults += view.size_in_bits() == bits ? 0u : 1u;
    faults += sparse_bits<L>(d.rows, d.cols, d.by, pattern, kept) == bits ? 0u : 1u;
    const auto again = pack_sparse<L>(unpack_codes(view).view(), d.map, d.by, pattern);
    return faults + differences(packed.value().bytes(), again.value().bytes());
}

template <class L> index_t faults_of_shapes(typename L::grouping_type by = {}) {
    index_t faults = 0;
    for (const index_t rows : std::initializer_list<index_t>{1, 31, 32, 65}) {
        for (const index_t cols : std::initializer_list<index_t>{1, 3, 8, 50, 64, 172, 1064}) {
            for (const survivor_pattern& p : patterns) {
                if (!sparse_geometry<L>{rows, cols, by, p}.fits()) { continue; }
                faults += faults_of(pruned_definition<L>(rows, cols, by, p, 60), p);
            }
            faults +=
                faults_of(pruned_definition<L>(rows, cols, by, survivor_mask, 0), survivor_mask);
            faults +=
                faults_of(pruned_definition<L>(rows, cols, by, survivor_mask, 100), survivor_mask);
        }
    }
    return faults;
}

using four = layout<uniform_symmetric<4>, group<64>>;
using even = layout<uniform_asymmetric<3>, group<>>;

/// A 2:4 matrix [33, 72] of `four`.
definition<four> sound() {
    return pruned_definition<four>(33, 72, {}, {2, 4}, 80);
}

template <class L = four>
bool refuses(const definition<L>& d, const survivor_pattern& pattern, std::string_view words) {
    const auto packed = pack_sparse<L>(plain_of(d).view(), d.map, d.by, pattern);
    return !packed && packed.error().code == errc::invalid_argument &&
           packed.error().message.find(words) != std::string::npos;
}

result<sparse_matrix_view<four>> viewed(std::span<const std::byte> bytes,
                                        const survivor_pattern& pattern,
                                        index_t rows = 33,
                                        index_t cols = 72) {
    return sparse_view_of(layout_choice<four>{}, pattern, bytes, rows, cols, {});
}

bool malformed(const result<sparse_matrix_view<four>>& view, std::string_view words) {
    return !view && view.error().code == errc::malformed &&
           view.error().message.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("every shape and pattern comes back, of exactly the size that was told") {
    INFO("GRADUS_SEED=", seed());
    CHECK(faults_of_shapes<four>() == 0);
    CHECK(faults_of_shapes<even>({172}) == 0);
    CHECK(faults_of_shapes<layout<uniform_symmetric<5>, group<>, log8_scale>>({0}) == 0);
    CHECK(faults_of_shapes<layout<ternary, group<>>>({40}) == 0);
    CHECK(faults_of_shapes<layout<uniform_symmetric<8>, tensor>>() == 0);
    CHECK(faults_of_shapes<layout<adaptive_quantile<3>, group<32>>>() == 0);
}

TEST_CASE("half of the codes of 4 bits in groups of 64: 1 + 2 + 1/4 bits a weight, and 2:4 less") {
    const index_t weights = 4096 * 4096;
    const index_t ends = 32 * 128 * 8;  // 128 tiles of 8 stretches of 512 columns
    CHECK(sparse_bits<four>(4096, 4096, {}, survivor_mask, weights / 2) == weights * 13 / 4 + ends);
    CHECK(sparse_bits<four>(4096, 4096, {}, {2, 4}, 0) == weights * 3);
    CHECK(dense_bits<four>(4096, 4096, {}) == weights * 17 / 4);
}

TEST_CASE("the smallest storage is the smallest, and is chosen by exact bits") {
    const auto choice_at = [](const survivor_pattern& made, index_t percent) {
        const auto d = pruned_definition<four>(64, 128, {}, made, percent);
        const auto plain = plain_of(d);
        const storage_choice best = choose_storage<four>(plain.view(), d.map, d.by);
        const packed_part part = pack_smallest<four>(plain.view(), d.map, d.by).value();
        CHECK(part.size_in_bits() == best.bits);
        CHECK(best.bits <= dense_bits<four>(64, 128, {}));
        CHECK(best.bits <= sparse_bits<four>(64, 128, {}, survivor_mask, survivors_of(d)));
        CHECK(part.layout == "uniform_symmetric4_g64_f16" +
                                 (best.pattern ? "_" + name_of_pattern(*best.pattern) : ""));
        return best.pattern;
    };
    CHECK(choice_at(survivor_mask, 100) == std::nullopt);
    CHECK(choice_at(survivor_mask, 50) == survivor_mask);
    CHECK(choice_at({2, 4}, 100) == survivor_pattern{2, 4});
    CHECK(choice_at({2, 4}, 40) == survivor_mask);  // many zeros more than the pattern asks for
    CHECK(choice_at({1, 4}, 100) == survivor_pattern{1, 4});
    CHECK(choice_at({4, 8}, 100) == survivor_pattern{4, 8});
    using sign = layout<binary, group<64>>;
    const auto d = random_definition<sign>(5, 64);
    CHECK(choose_storage<sign>(plain_of(d).view(), d.map, d.by).pattern == std::nullopt);
}

TEST_CASE("what cannot be packed is refused by name") {
    CHECK(refuses(sound(), {1, 4}, "survivors in the 4 columns at [0, "));
    CHECK(refuses(sound(), {5, 4}, "does not divide"));
    CHECK(
        refuses(pruned_definition<four>(3, 70, {}, survivor_mask, 50), {2, 4}, "does not divide"));
    CHECK(refuses(pruned_definition<even>(3, 40, {10}, survivor_mask, 50), {2, 4},
                  "does not divide"));
    using sign = layout<binary, group<64>>;
    CHECK(refuses(random_definition<sign>(3, 64), survivor_mask, "no code for zero"));
    auto broken = sound();
    broken.grids[3].scale = 0.1f;
    CHECK(refuses(broken, {2, 4}, "not exact"));
}

TEST_CASE("views of sound bytes are the matrix; one byte less or more is none") {
    const auto d = sound();
    for (const survivor_pattern& p : {survivor_mask, survivor_pattern{2, 4}}) {
        const auto packed = pack_sparse<four>(plain_of(d).view(), d.map, d.by, p).value();
        const auto view = viewed(packed.bytes(), p);
        REQUIRE(view);
        CHECK(same(unpack_codes(view.value()), plain_of(d)));
        for (index_t length = 0; length < packed.bytes().size(); ++length) {
            CHECK(malformed(viewed(packed.bytes().first(length), p), "Truncated?"));
        }
        std::vector<std::byte> longer(packed.bytes().begin(), packed.bytes().end());
        longer.push_back(std::byte{0});
        CHECK(malformed(viewed(longer, p), "Truncated?"));
        CHECK_FALSE(viewed(packed.bytes(), p, 33, 76));
        CHECK_FALSE(viewed(packed.bytes(), p, 34, 72));
        CHECK(malformed(viewed(packed.bytes(), p, 0, 72), "does not divide"));
    }
    const auto packed = pack_sparse<four>(plain_of(d).view(), d.map, d.by, {2, 4}).value();
    CHECK(malformed(viewed(packed.bytes(), {2, 4}, 33, 70), "does not divide"));
}

TEST_CASE("index, ends and scales that break their rules are refused") {
    const auto d = sound();
    const sparse_geometry<four> where{33, 72, {}, survivor_mask};
    const auto bytes_of = [&](const survivor_pattern& p) {
        const auto packed = pack_sparse<four>(plain_of(d).view(), d.map, d.by, p).value();
        return std::vector<std::byte>(packed.bytes().begin(), packed.bytes().end());
    };
    auto bytes = bytes_of(survivor_mask);
    bytes[where.index_offset() + 7] ^= std::byte{4};
    CHECK(malformed(viewed(bytes, survivor_mask), "not as many"));
    bytes = bytes_of(survivor_mask);
    bytes[where.ends_offset()] ^= std::byte{1};  // not the last: the length still fits
    CHECK(malformed(viewed(bytes, survivor_mask), "not as many"));
    bytes = bytes_of(survivor_mask);
    bytes[where.ends_offset() + where.ends_bytes() - 1] = std::byte{255};
    CHECK(malformed(viewed(bytes, survivor_mask), "Truncated?"));
    bytes = bytes_of(survivor_mask);
    bytes[1] = std::byte{0x7c};  // the first scale becomes infinite
    bytes[0] = std::byte{0};
    CHECK(malformed(viewed(bytes, survivor_mask), "is not finite"));
    bytes = bytes_of({2, 4});
    bytes[where.index_offset()] |= std::byte{7};
    CHECK(malformed(viewed(bytes, {2, 4}), "number of no pattern"));
    using sign = layout<binary, group<64>>;
    const sparse_geometry<sign> small{1, 64, {}, survivor_mask};
    const std::vector<std::byte> none(small.total_bytes(0));
    const auto view = sparse_view_of(layout_choice<sign>{}, survivor_mask, none, 1, 64, {});
    REQUIRE_FALSE(view);
    CHECK(view.error().message.find("no code for zero") != std::string::npos);
}

TEST_CASE("mutated bytes are refused or decode to finite values") {
    const auto d = sound();
    index_t accepted = 0;
    for (const survivor_pattern& p : {survivor_mask, survivor_pattern{2, 4}}) {
        const auto packed = pack_sparse<four>(plain_of(d).view(), d.map, d.by, p).value();
        for (index_t i = 0; i < 3000; ++i) {
            const auto key = random_key::of(seed(), 0x6du, i);
            std::vector<std::byte> bytes(packed.bytes().begin(), packed.bytes().end());
            for (index_t edit = 0; edit <= key.below(3, 0); ++edit) {
                bytes[key.below(bytes.size(), 2 * edit + 1)] =
                    static_cast<std::byte>(key.below(256, 2 * edit + 2));
            }
            const auto view = viewed(bytes, p);
            if (!view) { continue; }
            ++accepted;
            std::vector<float> out(33 * 72);
            decode(view.value(), matrix_view<float>{out.data(), 33, 72});
            REQUIRE(std::all_of(out.begin(), out.end(), [](float x) { return std::isfinite(x); }));
        }
    }
    CHECK(accepted > 1000);  // codes and most scales
    CHECK(accepted < 5500);
}

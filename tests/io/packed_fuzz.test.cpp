// SPDX-License-Identifier: MIT
// Mutated packed models: an error, or matrices that decode to finite numbers.
#include "packed_variant.hpp"
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/kernels/decode.hpp>
#include <gradus/model/packed_llama.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace {

using namespace gradus;
using namespace gradus::test;

/// Draws for one mutation.
struct draws {
    random_key key;
    std::uint64_t counter = 0;

    index_t below(index_t n) { return static_cast<index_t>(key.below(n, counter++)); }
};

constexpr const char* fragments[] = {"0",
                                     "1",
                                     "-1",
                                     "41",
                                     "18446744073709551615",
                                     "1e9",
                                     "null",
                                     "\"\"",
                                     "[]",
                                     "{}",
                                     "\"norm\"",
                                     "@0.5",
                                     "_f16",
                                     "g1",
                                     "g0",
                                     ",",
                                     "\"codebook.0\"",
                                     "8"};

/// One to three edits of a text.
void mutate(std::string& text, draws& draw) {
    for (index_t edits = 1 + draw.below(3); edits > 0 && !text.empty(); --edits) {
        const index_t at = draw.below(text.size());
        const index_t count = std::min<index_t>(1 + draw.below(12), text.size() - at);
        switch (draw.below(6)) {
        case 0:
            text[at] = static_cast<char>(text[at] ^ (1 << draw.below(7)));
            break;
        case 1:
            text[at] = static_cast<char>('0' + draw.below(10));
            break;
        case 2:
            text.erase(at, count);
            break;
        case 3:
            text.insert(at, fragments[draw.below(std::size(fragments))]);
            break;
        case 4:
            text.insert(at, text.substr(at, count));
            break;
        default:
            text.replace(at, count, fragments[draw.below(std::size(fragments))]);
            break;
        }
    }
}

/// Opens a file and decodes all of it. 0: an error with a message; 1: sound; 2: neither.
int outcome_of(const std::string& path) {
    const result<packed_file> file = packed_file::open(path);
    if (!file) { return file.error().message.find(path) != std::string::npos ? 0 : 2; }
    int outcome = 1;
    for (const described_matrix& matrix : file.value().description().matrices) {
        const auto finite = [](const auto& view) {
            std::vector<float> values(view.rows * view.cols);
            decode(view, matrix_view<float>{values.data(), view.rows, view.cols});
            return std::all_of(values.begin(), values.end(),
                               [](float x) { return std::isfinite(x); });
        };
        const auto [found, sound] = open_packed_matrix<packed_menu>(file.value(), matrix, finite);
        if (!sound) {
            outcome = std::min(outcome, sound.error().message.empty() ? 2 : 0);
        } else if (!sound.value()) {
            return 2;
        }
    }
    return outcome;
}

/// Tries `count` files that `change` makes of the draws; returns how many were accepted.
template <class Change> index_t fuzz(index_t count, std::uint64_t stream, Change change) {
    const scratch here;
    index_t accepted = 0;
    for (index_t i = 0; i < count; ++i) {
        draws draw{random_key::of(seed(), stream, i)};
        const std::string bytes = change(draw);
        INFO("stream ", stream, ", mutation ", i);
        std::filesystem::remove(here / "m");  // some file systems flush what is overwritten
        const int outcome = outcome_of(here.put("m", bytes));
        REQUIRE(outcome != 2);
        accepted += outcome == 1 ? 1u : 0u;
    }
    return accepted;
}

/// Puts the right checksum of every part into the description.
void mend_checksums(packed_variant& variant, const packed_description& original) {
    for (const described_matrix& matrix : original.matrices) {
        const described_part& part = matrix.parts[0];
        const auto& data = variant.find(part.tensor).data;
        variant.replace(part.checksum, checksum::of(std::span{data}.first(part.bytes)));
    }
}

}  // namespace

TEST_CASE("any byte of the file") {
    const std::string whole = packed_variant::small().bytes();
    const index_t accepted = fuzz(4000, 1, [&](draws& draw) {
        std::string bytes = whole;
        mutate(bytes, draw);
        return bytes;
    });
    CHECK(accepted < 400);  // padding and float tensors may change
}

TEST_CASE("any character of the description") {
    const packed_variant original = packed_variant::small();
    const index_t accepted = fuzz(3000, 2, [&](draws& draw) {
        packed_variant variant = original;
        mutate(variant.text(), draw);
        return variant.bytes();
    });
    CHECK(accepted < 300);
}

TEST_CASE("codes, grids and levels, with the right checksums") {
    const packed_variant original = packed_variant::small();
    const packed_description what = original.open().value().description();
    const index_t accepted = fuzz(3000, 3, [&](draws& draw) {
        packed_variant variant = original;
        for (const char* name : {"a.weight.part0", "b.weight.part0", "codebook.0"}) {
            auto& data = variant.find(name).data;
            for (index_t edits = draw.below(4); edits > 0; --edits) {
                data[draw.below(data.size())] = static_cast<std::byte>(draw.below(256));
            }
        }
        mend_checksums(variant, what);
        return variant.bytes();
    });
    CHECK(accepted > 500);   // all codes and most scales are sound
    CHECK(accepted < 2900);  // levels out of order and infinite scales are not
}

TEST_CASE("other shapes and layouts over the same bytes") {
    const packed_variant original = packed_variant::small();
    const index_t accepted = fuzz(1000, 4, [&](draws& draw) {
        packed_variant variant = original;
        const auto rows = std::to_string(draw.below(20));
        const auto cols = std::to_string(draw.below(120));
        variant.replace("[5,40]", "[" + rows + "," + cols + "]");
        variant.replace("[0,40]", "[0," + cols + "]");
        variant.replace("ternary_g50_log8",
                        "ternary_g" + std::to_string(draw.below(120)) + "_log8");
        return variant.bytes();
    });
    CHECK(accepted < 100);
}

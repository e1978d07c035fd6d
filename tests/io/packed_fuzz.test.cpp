// SPDX-License-Identifier: MIT
// Mutated packed models: an error, or matrices that decode and multiply to finite numbers.
#include "packed_variant.hpp"
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/kernels/decode.hpp>
#include <gradus/model/linear.hpp>
#include <gradus/model/mapped_parts.hpp>

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

bool all_finite(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
}

/// Decodes all parts of a matrix and multiplies with them. Outcomes as below.
int outcome_of(const packed_file& file, const described_matrix& matrix) {
    std::vector<float> values(matrix.rows * matrix.cols);
    const matrix_view<float> whole{values.data(), matrix.rows, matrix.cols};
    const auto parts = open_parts(
        file, matrix,
        [&](const packed_file& from, const described_matrix& of, const described_part& part) {
            return open_packed_part<packed_menu>(
                       from, of, part,
                       [&]<class L>(const packed_view<L>& view) {
                           decode(view, whole.columns(part.first_col, part.cols()));
                           return make_part(mapped_matrix<L>{from.file(), view});
                       })
                .second;
        });
    if (!parts) { return parts.error().message.empty() ? 2 : 0; }
    if (matrix.outliers) { add_entries(file.outliers(matrix), whole); }
    const transform_pointer none;
    const linear layer{parts.value(), {}, matrix.input ? open_inputs(file)[*matrix.input] : none};
    const std::vector<float> x(matrix.cols, 0x1p-20f);
    std::vector<float> y(matrix.rows);
    workspace memory{layer.scratch(1)};
    layer({x.data(), 1, x.size()}, {y.data(), 1, y.size()}, memory);
    return all_finite(values) && all_finite(y) ? 1 : 2;
}

/// Opens a file and uses all of it. 0: an error with a message; 1: sound; 2: neither.
int outcome_of(const std::string& path) {
    const result<packed_file> file = packed_file::open(path);
    if (!file) { return file.error().message.find(path) != std::string::npos ? 0 : 2; }
    int outcome = 1;
    for (const described_matrix& matrix : file.value().description().matrices) {
        const int found = outcome_of(file.value(), matrix);
        if (found == 2) { return 2; }
        outcome = std::min(outcome, found);
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

/// Puts the right checksums into the description, once tensors have changed.
void mend_checksums(packed_variant& variant, const packed_description& original) {
    const auto bytes = [&](const std::string& name, index_t count) {
        return std::span<const std::byte>{variant.find(name).data}.first(count);
    };
    for (const described_input& input : original.inputs) {
        const auto order = bytes(input.permutation, 2 * input.width);
        variant.replace(input.checksum, checksum::of(order));
    }
    for (const described_matrix& matrix : original.matrices) {
        for (const described_part& part : matrix.parts) {
            variant.replace(part.checksum, checksum::of(bytes(part.tensor, part.bytes)));
        }
        if (!matrix.outliers) { continue; }
        checksum sum;
        sum.add(bytes(matrix.outliers->row_offsets, 4 * (matrix.rows + 1)));
        sum.add(bytes(matrix.outliers->column_indexes, 2 * matrix.outliers->count));
        sum.add(bytes(matrix.outliers->values, 2 * matrix.outliers->count));
        variant.replace(matrix.outliers->checksum, sum.text());
    }
}

/// Changes some bytes of a tensor: any of them, padding included.
void scribble(std::vector<std::byte>& data, draws& draw, index_t most) {
    for (index_t edits = draw.below(most); edits > 0; --edits) {
        data[draw.below(data.size())] = static_cast<std::byte>(draw.below(256));
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
            scribble(variant.find(name).data, draw, 4);
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

TEST_CASE("any byte and any character of a file with runs, outliers and a permutation") {
    const packed_variant original = packed_variant::mixed();
    const std::string whole = original.bytes();
    CHECK(fuzz(2000, 5, [&](draws& draw) {
              std::string bytes = whole;
              mutate(bytes, draw);
              return bytes;
          }) < 300);
    CHECK(fuzz(3000, 6, [&](draws& draw) {
              packed_variant variant = original;
              mutate(variant.text(), draw);
              return variant.bytes();
          }) < 300);
}

TEST_CASE("offsets, columns, values and permutations, with the right checksums") {
    const packed_variant original = packed_variant::mixed();
    const packed_description what = original.open().value().description();
    const index_t accepted = fuzz(4000, 7, [&](draws& draw) {
        packed_variant variant = original;
        const char* lists[] = {"m.weight.row_offsets", "m.weight.column_indexes", "m.weight.values",
                               "o.weight.row_offsets", "input.0"};
        auto& data = variant.find(lists[draw.below(5)]).data;
        scribble(data, draw, 3);
        for (index_t edits = draw.below(3); edits > 0; --edits) {  // where the entries are
            data[draw.below(24)] = static_cast<std::byte>(draw.below(90));
        }
        mend_checksums(variant, what);
        return variant.bytes();
    });
    CHECK(accepted > 400);   // padding and most values are sound
    CHECK(accepted < 3000);  // most offsets, columns and permutations are not
}

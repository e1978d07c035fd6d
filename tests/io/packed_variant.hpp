// SPDX-License-Identifier: MIT
// A packed file taken apart, so that one thing in it can be changed.
#pragma once

#include "scratch.hpp"

#include <gradus/io/packed_reader.hpp>
#include <gradus/io/packed_writer.hpp>
#include <gradus/layout/menu.hpp>
#include <gradus/mapping/adaptive_quantile.hpp>
#include <gradus/mapping/ternary.hpp>
#include <gradus/scale/log8_scale.hpp>

#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gradus::test {

using packed_trits = layout<ternary, group<>, log8_scale>;
using packed_levels = layout<adaptive_quantile<3>, group<32>>;
using packed_menu = menu<packed_trits, packed_levels>;

/// A matrix of layout L: some codes, and scales near one.
template <class L>
packed_part some_part(index_t rows, index_t cols, typename L::grouping_type by = {}) {
    packed_matrix<L> matrix{rows, cols, {}, by};
    index_t i = 0;
    for (std::byte& b : matrix.bytes()) {
        b = static_cast<std::byte>(0x30 + i++ * 7 % 11);
    }
    return part_of(std::move(matrix));
}

/// Two packed matrices, of which one has a codebook, and two float tensors.
inline packed_writer small_writer() {
    packed_writer writer;
    writer.add_matrix("a.weight", some_part<packed_levels>(5, 40));
    writer.add_matrix("b.weight", some_part<packed_trits>(17, 100, {50}));
    writer.add_floats("norm", element_type::f32, {2}, std::vector<std::byte>(8));
    writer.add_floats("bias", element_type::bf16, {1, 3}, std::vector<std::byte>(6));
    return writer;
}

/// Columns in another order: 0, 7, 14, ... modulo `cols`, which 7 does not divide.
inline column_order some_order(index_t cols) {
    std::vector<index_t> sources(cols);
    for (index_t i = 0; i < cols; ++i) {
        sources[i] = 7 * i % cols;
    }
    return column_order::of(sources).value();
}

/// Two runs, a gap, and outliers.
inline mixed_matrix some_mixed() {
    mixed_matrix m{.rows = 5, .cols = 71, .runs = {}};
    m.runs.push_back({0, some_part<packed_levels>(5, 32)});
    m.runs.push_back({32, some_part<packed_trits>(5, 28, {24})});
    const sparse_entry entries[] = {{0, 3, 1.5f}, {0, 70, -2.0f}, {2, 0, 0.25f}, {4, 61, 3.0f}};
    m.outliers = sparse_f16::of(5, 71, entries).value();
    return m;
}

/// Mixed widths, a permuted input that two matrices share, and a matrix of outliers alone.
inline packed_writer mixed_writer() {
    packed_writer writer;
    const index_t input = writer.add_input(some_order(71));
    writer.add_matrix("m.weight", some_mixed(), input);
    writer.add_matrix("n.weight", mixed_of(some_part<packed_trits>(3, 71, {50})), input);
    mixed_matrix alone{.rows = 4, .cols = 9, .runs = {}};
    alone.outliers = sparse_f16::of(4, 9, std::vector<sparse_entry>{{1, 8, -1.0f}}).value();
    writer.add_matrix("o.weight", std::move(alone));
    writer.add_floats("norm", element_type::f32, {2}, std::vector<std::byte>(8));
    return writer;
}

/// Metadata and tensors of a file, free to be changed.
struct packed_variant {
    struct tensor {
        std::string name;
        element_type type;
        std::vector<index_t> shape;
        std::vector<std::byte> data;
    };

    std::map<std::string, std::string> metadata;
    std::vector<tensor> tensors;

    /// The file of `small_writer`.
    static packed_variant small() { return of(small_writer()); }

    /// The file of `mixed_writer`.
    static packed_variant mixed() { return of(mixed_writer()); }

    static packed_variant of(packed_writer writer) {
        const scratch here;
        REQUIRE(writer.write(here / "m"));
        const auto file = safetensors_file::open(here / "m");
        REQUIRE(file);
        packed_variant variant;
        for (const auto& [key, value] : file.value().metadata()) {
            variant.metadata[key] = value;
        }
        for (index_t i = 0; i < file.value().size(); ++i) {
            const tensor_view t = file.value().tensor(i);
            variant.tensors.push_back({std::string{t.name},
                                       t.dtype,
                                       {t.shape.begin(), t.shape.end()},
                                       {t.data.begin(), t.data.end()}});
        }
        return variant;
    }

    [[nodiscard]] std::string& text() { return metadata[packed_description::text_key]; }

    [[nodiscard]] tensor& find(std::string_view name) {
        for (tensor& t : tensors) {
            if (t.name == name) { return t; }
        }
        FAIL("no such tensor");
        return tensors.front();
    }

    /// Replaces the first `from` of the description, which must be there.
    packed_variant& replace(std::string_view from, std::string_view to) {
        const auto at = text().find(from);
        REQUIRE_MESSAGE(at != std::string::npos, std::string{from});
        text().replace(at, from.size(), to);
        return *this;
    }

    /// The bytes of the file, or nothing where the writer refuses the metadata.
    [[nodiscard]] std::string bytes() const {
        safetensors_writer writer;
        for (const auto& [key, value] : metadata) {
            if (!writer.add_metadata(key, value)) { return {}; }
        }
        std::string data;
        for (const tensor& t : tensors) {
            REQUIRE(writer.add_tensor(t.name, t.type, t.shape, t.data));
            for (const std::byte b : t.data) {
                data += static_cast<char>(b);
            }
        }
        return writer.header() + data;
    }

    [[nodiscard]] result<packed_file> open() const {
        const scratch here;
        return packed_file::open(here.put("m", bytes()));
    }
};

}  // namespace gradus::test

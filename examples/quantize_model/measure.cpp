// SPDX-License-Identifier: MIT
// Quantize, write, read back, evaluate; every figure comes from the file as read back.
#include "backend.hpp"
#include "measure.hpp"
#include "peak_memory.hpp"
#include "tensors.hpp"

#include <gradus/eval/size_report.hpp>
#include <gradus/io/packed_writer.hpp>
#include <gradus/io/read_text_file.hpp>
#include <gradus/io/write_file.hpp>
#include <gradus/model/packed_llama.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>

namespace quantize_model {

using gradus::errc;
using gradus::error;
using gradus::index_t;

namespace {

using values_by_name = std::map<std::string, std::vector<float>, std::less<>>;

bool is_chosen(const session& shared, std::string_view name) {
    return std::find(shared.chosen.begin(), shared.chosen.end(), name) != shared.chosen.end();
}

std::vector<std::byte> as_f16(std::span<const float> values, bool& overflow) {
    std::vector<std::byte> bytes(2 * values.size());
    for (index_t i = 0; i < values.size(); ++i) {
        const std::uint16_t bits = gradus::f16::from(values[i]).bits;
        overflow = overflow || (bits & 0x7c00u) == 0x7c00u;
        std::memcpy(bytes.data() + 2 * i, &bits, 2);
    }
    return bytes;
}

/// Adds one tensor to the file: quantized, as f16, or as it is.
gradus::status add_tensor(const session& shared,
                          const planned_scheme& scheme,
                          index_t number,
                          gradus::packed_writer& writer,
                          gradus::thread_pool& threads) {
    const gradus::tensor_view tensor = shared.source.tensor(number);
    const std::string name{tensor.name};
    std::vector<index_t> shape(tensor.shape.begin(), tensor.shape.end());
    if (!is_chosen(shared, name)) {
        writer.add_floats(name, tensor.dtype, std::move(shape),
                          {tensor.data.begin(), tensor.data.end()});
        return gradus::done{};
    }
    const gradus::named_matrix& matrix = shared.weights.at(name);
    writer.add_source(tensor.data);
    if (!scheme.parsed) {
        bool overflow = false;
        std::vector<std::byte> bytes = as_f16(matrix.values, overflow);
        if (overflow) {
            return error{errc::out_of_range,
                         "tensor '" + name + "': a value is beyond what f16 can hold"};
        }
        writer.add_floats(name, gradus::element_type::f16, std::move(shape), std::move(bytes));
        return gradus::done{};
    }
    auto part = quantize_matrix(matrix.view(), *scheme.parsed, shared.seed, number, threads);
    if (!part) {
        return error{part.error().code,
                     "tensor '" + name + "' with " + scheme.name + ": " + part.error().message};
    }
    writer.add_matrix(name, std::move(part).value());
    return gradus::done{};
}

/// Whether some group of the layout holds more distinct values than the layout has codes.
bool exceeds_grid(const gradus::named_matrix& matrix, const std::string& layout) {
    const auto name = gradus::parse_layout_name(layout);
    const auto digits = name->mapping.find_first_of("12345678");
    const index_t codes = digits != std::string::npos ? index_t{1} << (name->mapping[digits] - '0')
                        : name->mapping == "ternary"  ? 3
                                                      : 2;
    const index_t group = name->grouping == "g" ? name->group : matrix.cols;
    for (index_t r = 0; r < matrix.rows; ++r) {
        const auto row = matrix.view().row(r);
        for (index_t first = 0; first < row.size(); first += group) {
            const auto part = row.subspan(first, std::min(group, row.size() - first));
            if (std::set<float>(part.begin(), part.end()).size() > codes) { return true; }
        }
    }
    return false;
}

/// |W - Q|_F / |W|_F.
double relative_error(const gradus::named_matrix& original, std::span<const float> read_back) {
    double difference = 0.0;
    double norm = 0.0;
    for (index_t i = 0; i < original.values.size(); ++i) {
        const double w = static_cast<double>(original.values[i]);
        const double e = w - static_cast<double>(read_back[i]);
        difference += e * e;
        norm += w * w;
    }
    return norm == 0.0 ? 0.0 : std::sqrt(difference / norm);
}

/// The part of the report that is about tensors; all figures from the file.
gradus::result<std::vector<tensor_outcome>> outcomes(const session& shared,
                                                     const planned_scheme& scheme,
                                                     const gradus::packed_file& file,
                                                     const values_by_name& read_back) {
    std::map<std::string, const gradus::described_matrix*, std::less<>> described;
    for (const gradus::described_matrix& matrix : file.description().matrices) {
        described[matrix.name] = &matrix;
    }
    std::vector<tensor_outcome> rows;
    for (const std::string& name : shared.chosen) {
        const gradus::named_matrix& original = shared.weights.at(name);
        const auto entry = described.find(name);
        tensor_outcome row{.name = name,
                           .shape = {original.rows, original.cols},
                           .requested = scheme.name,
                           .applied = "f16",
                           .bits = 16.0};
        if (entry != described.end()) {
            row.applied = entry->second->parts[0].layout;
            row.bits =
                static_cast<double>(gradus::stored_bits(file.description(), *entry->second)) /
                static_cast<double>(original.rows * original.cols);
        }
        row.relative_error = relative_error(original, read_back.find(name)->second);
        if (scheme.parsed && row.relative_error == 0.0 && exceeds_grid(original, row.applied)) {
            return error{errc::no_effect, "tensor '" + name + "' came back unchanged from " +
                                              scheme.name +
                                              " although it has more values than the grid"};
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

text_loss
loss_on(const measured_text& text, const gradus::llama& model, gradus::thread_pool& threads) {
    const gradus::losses found = gradus::summarize(text.base->compare(model, threads));
    return {.text = text.name,
            .ppl = found.ppl,
            .ppl_ratio = found.ppl_ratio,
            .kld = found.kld,
            .kld_low = found.kld_low,
            .kld_high = found.kld_high,
            .top1 = found.top1};
}

gradus::result<index_t> write_model(const session& shared,
                                    const planned_scheme& scheme,
                                    const std::string& directory,
                                    gradus::thread_pool& threads,
                                    progress& bar) {
    gradus::packed_writer writer;
    for (index_t i = 0; i < shared.source.size(); ++i) {
        if (gradus::status added = add_tensor(shared, scheme, i, writer, threads); !added) {
            return added.error();
        }
        bar.advance();
    }
    const auto config =
        gradus::read_text_file(shared.source.path() + "/config.json", index_t{1} << 20);
    if (!config) { return config.error(); }
    if (gradus::status copied = gradus::write_file(directory + "/config.json", config.value());
        !copied) {
        return error{errc::io, copied.error().message};
    }
    auto size = writer.write(directory + "/model.safetensors");
    if (!size) { return error{errc::io, size.error().message}; }
    return size;
}

/// The model of the written file, and the values of its quantized tensors.
gradus::result<gradus::llama>
read_model(const session& shared, const gradus::packed_file& file, values_by_name& values) {
    auto weights = gradus::load_packed_llama(
        shared.weights.config, file,
        [&](const gradus::packed_file& from, const gradus::described_matrix& matrix,
            const gradus::described_part& part) {
            std::vector<float>& all = values[matrix.name];
            all.resize(matrix.rows * matrix.cols);
            const gradus::matrix_view<float> whole{all.data(), matrix.rows, matrix.cols};
            return open_part(from, matrix, part, whole.columns(part.first_col, part.cols()));
        });
    if (!weights) { return weights.error(); }
    for (const gradus::named_matrix& tensor : weights->tensors) {
        if (is_chosen(shared, tensor.name) && !values.contains(tensor.name)) {
            values[tensor.name] = tensor.values;
        }
    }
    return gradus::make_llama(weights.value());
}

}  // namespace

gradus::result<run> measure(const session& shared,
                            const planned_scheme& scheme,
                            const std::string& directory,
                            gradus::thread_pool& threads,
                            progress& bar) {
    const auto start = std::chrono::steady_clock::now();
    reset_peak_memory();
    const auto size = write_model(shared, scheme, directory, threads, bar);
    if (!size) { return size.error(); }
    const auto file = gradus::packed_file::open(directory + "/model.safetensors");
    if (!file) { return file.error(); }
    values_by_name values;
    const auto model = read_model(shared, file.value(), values);
    if (!model) { return model.error(); }
    auto tensors = outcomes(shared, scheme, file.value(), values);
    if (!tensors) { return tensors.error(); }
    values.clear();
    run done{.scheme = scheme.name,
             .file_bytes = size.value(),
             .losses = {},
             .tensors = std::move(tensors).value()};
    const gradus::size_report sizes = gradus::measure_size(file.value(), size.value());
    done.bits_per_weight_file = sizes.file_bits_per_weight();
    done.bits_per_weight_decoder = sizes.decoder_bits_per_weight();
    for (const measured_text& text : shared.texts) {
        done.losses.push_back(loss_on(text, model.value(), threads));
        bar.advance(shared.source.size());
    }
    done.peak_bytes = peak_memory();
    done.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return done;
}

}  // namespace quantize_model

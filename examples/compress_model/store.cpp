// SPDX-License-Identifier: MIT
// Write, read back, compare.
#include "solve_record.hpp"
#include "store.hpp"

#include <gradus/calibrate/distinct_input.hpp>
#include <gradus/compress/fold_scales.hpp>
#include <gradus/eval/size_report.hpp>
#include <gradus/io/packed_writer.hpp>
#include <gradus/io/read_text_file.hpp>
#include <gradus/io/write_file.hpp>
#include <gradus/model/packed_llama.hpp>

#include <set>

namespace compress_model {

using namespace gradus;

namespace {

/// The input that a decoder matrix reads, by `input_name`.
std::string input_of(const std::string& matrix) {
    const std::string_view rest = std::string_view{matrix}.substr(13);  // "model.layers."
    const auto dot = rest.find('.');
    for (const distinct_input input : distinct_inputs) {
        for (const std::string_view reader : llama_readers(input)) {
            if (rest.substr(dot + 1) == reader) {
                return "blocks." + std::string{rest.substr(0, dot)} + "." +
                       std::string{name_of(input)};
            }
        }
    }
    return {};
}

/// A float tensor into which scales are folded: in its own type where that holds the values, as it
/// does those of norms, else in f32.
void add_changed(packed_writer& writer, const tensor_view& tensor, floats values) {
    const bool holds = std::all_of(values.begin(), values.end(),
                                   [&](float v) { return as_stored(v, tensor.dtype) == v; });
    const element_type type = holds ? tensor.dtype : element_type::f32;
    const index_t size = bytes_of(type);
    std::vector<std::byte> data(values.size() * size);
    for (index_t i = 0; i < values.size(); ++i) {
        const std::uint32_t whole = std::bit_cast<std::uint32_t>(values[i]);
        const std::uint16_t half =
            type == element_type::f16 ? f16::from(values[i]).bits : bf16::from(values[i]).bits;
        std::memcpy(&data[i * size],
                    type == element_type::f32 ? static_cast<const void*>(&whole) : &half, size);
    }
    writer.add_changed_floats(std::string{tensor.name}, type,
                              {tensor.shape.begin(), tensor.shape.end()}, std::move(data));
}

result<std::uint64_t>
write(const session& job, const survey& known, solved_model& solved, const std::string& directory) {
    packed_writer writer;
    for (index_t i = 0; i < job.source.size(); ++i) {
        const tensor_view tensor = job.source.tensor(i);
        const std::string name{tensor.name};
        if (job.changed.contains(name)) {
            writer.add_source(tensor.data);
            add_changed(writer, tensor, job.folded->at(name).values);
            continue;
        }
        const auto entry = solved.matrices.find(name);
        if (entry == solved.matrices.end()) {
            writer.add_floats(name, tensor.dtype, {tensor.shape.begin(), tensor.shape.end()},
                              {tensor.data.begin(), tensor.data.end()});
            continue;
        }
        writer.add_source(tensor.data);
        const stored_input& input = known.inputs.at(input_of(name));
        const auto order = column_order::of(input.order);
        if (!order) { return order.error(); }
        const auto number = input.permuted ? std::optional{writer.add_input(*order)} : std::nullopt;
        writer.add_matrix(name, std::move(entry->second.packed), number);
    }
    const auto config = read_text_file(job.source.path() + "/config.json", index_t{1} << 20);
    if (!config) { return config.error(); }
    if (status copied = write_file(directory + "/config.json", config.value()); !copied) {
        return error{errc::io, copied.error().message};
    }
    const auto size = writer.write(directory + "/model.safetensors");
    if (!size) { return error{errc::io, size.error().message}; }
    return *size;
}

/// A matrix times unit vectors is each of its columns, as the kernels see them.
status compare_matrix(const linear& layer, const std::string& name, std::span<const float> values) {
    constexpr index_t at_once = 64;
    workspace memory{layer.scratch(at_once)};
    for (index_t first = 0; first < layer.cols(); first += at_once) {
        const index_t count = std::min(at_once, layer.cols() - first);
        std::vector<float> units(count * layer.cols());
        std::vector<float> columns(count * layer.rows());
        for (index_t i = 0; i < count; ++i) {
            units[i * layer.cols() + first + i] = 1.0f;
        }
        layer({units.data(), count, layer.cols()}, {columns.data(), count, layer.rows()}, memory);
        for (index_t i = 0; i < columns.size(); ++i) {
            const index_t row = i % layer.rows();
            const index_t col = first + i / layer.rows();
            const float wanted = values[row * layer.cols() + col];
            if (std::abs(columns[i] - wanted) <= 1e-6f * std::abs(wanted) + 1e-12f) { continue; }
            return error{errc::malformed, "matrix '" + name + "': weight (" + std::to_string(row) +
                                              ", " + std::to_string(col) + ") came back as " +
                                              std::to_string(columns[i]) + ", not " +
                                              std::to_string(wanted)};
        }
    }
    return done{};
}

/// Every weight of the model with the values that the record has of the run.
status compare(llama model, const record& kept, const std::string& run) {
    for (index_t step = 0; step < model.plan().size(); ++step) {
        const auto solved = packed_file::open(kept.path(values_file(run, step)));
        if (!solved) { return solved.error(); }
        for (const described_matrix& matrix : solved->description().matrices) {
            const auto values = values_in(*solved, matrix.name);
            if (!values) { return values.error(); }
            status same = compare_matrix(*model.find(matrix.name), matrix.name, *values);
            if (!same) { return same; }
        }
    }
    return done{};
}

}  // namespace

result<stored_model> store_model(const session& job,
                                 const survey& known,
                                 solved_model& solved,
                                 const std::string& directory,
                                 const std::string& name) {
    const auto size = write(job, known, solved, directory);
    if (!size) { return size.error(); }
    const auto file = packed_file::open(directory + "/model.safetensors");
    if (!file) { return file.error(); }
    auto weights = load_packed_llama(job.model->config(), *file, open_part);
    if (!weights) { return weights.error(); }
    auto model = make_llama(*weights);
    if (!model) { return model.error(); }
    stored_model stored{.file_bytes = *size, .model = std::move(*model)};
    if (status same = compare(*stored.model, job.kept, name); !same) { return same.error(); }
    const size_report sizes = measure_size(*file, *size);
    stored.file_bits = sizes.file_bits_per_weight();
    stored.decoder_bits = sizes.decoder_bits_per_weight();
    return stored;
}

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// Statistics from a file that may be damaged or hostile.
#pragma once

#include <gradus/calibrate/statistics_tensors.hpp>
#include <gradus/io/checksum.hpp>
#include <gradus/io/safetensors_reader.hpp>

#include <algorithm>
#include <concepts>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Takes the tensors of a file one after the other, in the order that the format gives them.
class statistics_reader {
  public:
    explicit statistics_reader(safetensors_file file) : file_{std::move(file)} {}

    [[nodiscard]] bool at_end() const { return next_ == file_.size(); }

    /// Version and checksum.
    [[nodiscard]] status check_file() const {
        using part = statistics_tensors;
        const string_map& metadata = file_.metadata();
        const auto format = metadata.find(std::string{part::format_key});
        if (format == metadata.end()) { return refuse("holds no statistics (no format version)"); }
        if (format->second != part::format) {
            return file_error(errc::unsupported, file_.path(), "statistics of version ",
                              quote_name(format->second), " (supported: ", part::format, ")");
        }
        checksum sum;
        for (index_t i = 0; i < file_.size(); ++i) {
            const tensor_view tensor = file_.tensor(i);
            sum.add(std::as_bytes(std::span{tensor.name}));
            sum.add(tensor.data);
        }
        const auto stated = metadata.find(std::string{part::checksum_key});
        if (stated == metadata.end() || stated->second != sum.text()) {
            return refuse("checksum differs (" + sum.text() + " by its tensors). Damaged?");
        }
        return done{};
    }

    /// The input that the next tensors describe.
    template <std::floating_point T> [[nodiscard]] result<input_statistics<T>> next() {
        using part = statistics_tensors;
        GRADUS_EXPECT(!at_end());
        const std::string name = input_name();
        std::vector<std::uint64_t> counts;
        std::vector<double> moments[3];
        status read = take(name, part::counts, element_type::u64, counts);
        if (read) { read = take(name, part::mean, element_type::f64, moments[0]); }
        if (read) { read = take(name, part::squares, element_type::f64, moments[1]); }
        if (read) { read = take(name, part::magnitudes, element_type::f64, moments[2]); }
        if (read) { read = check_moments(name, counts, moments); }
        if (!read) { return read.error(); }
        const index_t n = moments[0].size();
        std::optional<second_moments<T>> products;
        std::optional<cross_moments<T>> cross;
        if (follows(name, part::products)) {
            auto sums = take_products<T>(name, n);
            if (!sums) { return sums.error(); }
            products.emplace(std::move(sums).value());
        }
        if (follows(name, part::cross)) {
            auto sums = take_cross<T>(name, n);
            if (!sums) { return sums.error(); }
            cross.emplace(std::move(sums).value());
        }
        return input_statistics<T>{name, static_cast<index_t>(counts[1]),
                                   channel_moments{static_cast<index_t>(counts[0]),
                                                   std::move(moments[0]), std::move(moments[1]),
                                                   std::move(moments[2])},
                                   std::move(products), std::move(cross)};
    }

  private:
    [[nodiscard]] error refuse(const std::string& why) const {
        return file_error(errc::malformed, file_.path(), why);
    }

    /// Up to the last slash.
    [[nodiscard]] std::string input_name() const {
        const std::string_view name = file_.tensor(next_).name;
        return std::string{name.substr(0, name.rfind('/'))};
    }

    [[nodiscard]] bool follows(const std::string& name, std::string_view part) const {
        return !at_end() && file_.tensor(next_).name == name + std::string{part};
    }

    template <class Value>
    [[nodiscard]] status take(const std::string& name,
                              std::string_view part,
                              element_type type,
                              std::vector<Value>& values) {
        if (!follows(name, part)) {
            return refuse("tensor " + quote_name(name + std::string{part}) + " expected" +
                          (at_end() ? " (the file ends)"
                                    : " (found " + quote_name(file_.tensor(next_).name) + ")"));
        }
        const tensor_view tensor = file_.tensor(next_++);
        if (tensor.dtype != type) {
            return tensor_error(errc::unsupported, tensor.file, tensor.name, "dtype ",
                                name_of(tensor.dtype), " (expected ", name_of(type), ")");
        }
        values.resize(tensor.elements());
        if (!values.empty()) { std::memcpy(values.data(), tensor.data.data(), tensor.data.size()); }
        return done{};
    }

    /// As many as the width asks for, all finite.
    template <class Value>
    [[nodiscard]] status check_values(const std::string& name,
                                      std::string_view part,
                                      std::span<const Value> values,
                                      index_t expected) const {
        const std::string full = name + std::string{part};
        if (values.size() != expected) {
            return tensor_error(errc::malformed, file_.path(), full, "has ", values.size(),
                                " entries (expected ", expected, ")");
        }
        if (const index_t i = first_nonfinite(values); i < values.size()) {
            return tensor_error(errc::nonfinite, file_.path(), full, "entry ", i,
                                " is NaN or infinite");
        }
        return done{};
    }

    [[nodiscard]] status check_moments(const std::string& name,
                                       const std::vector<std::uint64_t>& counts,
                                       const std::vector<double> (&moments)[3]) const {
        constexpr std::uint64_t most = std::uint64_t{1} << 53;  // exact as double
        constexpr index_t widest = index_t{1} << 31;            // its square is a number
        const index_t n = moments[0].size();
        if (counts.size() != 2 || counts[0] > most || counts[1] > most) {
            return refuse("input " + quote_name(name) + ": impossible counts");
        }
        if (n == 0 || n > widest) {
            return refuse("input " + quote_name(name) + ": impossible width " + std::to_string(n));
        }
        constexpr std::string_view names[] = {statistics_tensors::mean, statistics_tensors::squares,
                                              statistics_tensors::magnitudes};
        for (index_t i = 0; i < 3; ++i) {
            status checked = check_values<double>(name, names[i], moments[i], n);
            if (!checked) { return checked; }
            if (i > 0 && *std::min_element(moments[i].begin(), moments[i].end()) < 0.0) {
                return refuse("input " + quote_name(name) +
                              ": a sum of squares or magnitudes "
                              "is negative");
            }
        }
        return done{};
    }

    template <class T>
    [[nodiscard]] result<second_moments<T>> take_products(const std::string& name, index_t n) {
        using part = statistics_tensors;
        std::vector<T> sums;
        status read = take(name, part::products, part::type<T>, sums);
        if (read) {
            read = check_values<T>(name, part::products, sums, second_moments<T>::entries_of(n));
        }
        if (!read) { return read.error(); }
        second_moments<T> products{n, std::move(sums)};
        for (index_t j = 0; j < n; ++j) {
            if (products(j, j) < T(0)) {
                return refuse("input " + quote_name(name) + ": the square of channel " +
                              std::to_string(j) + " is negative");
            }
        }
        return products;
    }

    template <class T>
    [[nodiscard]] result<cross_moments<T>> take_cross(const std::string& name, index_t n) {
        using part = statistics_tensors;
        std::vector<T> sums;
        status read = take(name, part::cross, part::type<T>, sums);
        if (read) { read = check_values<T>(name, part::cross, sums, n * n); }
        if (!read) { return read.error(); }
        return cross_moments<T>{n, std::move(sums)};
    }

    safetensors_file file_;
    index_t next_ = 0;
};

/// The statistics of all inputs of a file, in its order. Nothing in the file is believed: names,
/// order, types and sizes must be those of the format, values possible, the checksum right.
/// Memory: the file is mapped; the statistics are copied out of it one after the other.
///
/// Errors: malformed, nonfinite; unsupported for another version or another type of sums; io.
template <std::floating_point T = float>
[[nodiscard]] result<std::vector<input_statistics<T>>> read_statistics(const std::string& path) {
    result<safetensors_file> file = safetensors_file::open(path);
    if (!file) { return file.error(); }
    statistics_reader reader{std::move(file).value()};
    if (status checked = reader.check_file(); !checked) { return checked.error(); }
    std::vector<input_statistics<T>> inputs;
    while (!reader.at_end()) {
        result<input_statistics<T>> input = reader.template next<T>();
        if (!input) { return input.error(); }
        inputs.push_back(std::move(input).value());
    }
    return inputs;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

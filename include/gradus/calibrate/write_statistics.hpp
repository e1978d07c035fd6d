// SPDX-License-Identifier: MIT
// Statistics to a file: readers see the old one or the new one.
#pragma once

#include <gradus/calibrate/statistics_tensors.hpp>
#include <gradus/io/checksum.hpp>
#include <gradus/io/safetensors_writer.hpp>

#include <array>
#include <concepts>
#include <deque>
#include <span>
#include <string>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Collects tensors and their checksum; refuses values that no reader would accept.
class statistics_writer {
  public:
    template <std::floating_point T> [[nodiscard]] status add(const input_statistics<T>& input) {
        using part = statistics_tensors;
        const index_t n = input.width();
        counts_.push_back({input.tokens(), input.batches()});
        status added = put(input, part::counts, element_type::u64, {2},
                           std::as_bytes(std::span{counts_.back()}));
        const channel_moments& m = input.moments();
        if (added) { added = put_floats(input, part::mean, {n}, m.mean()); }
        if (added) { added = put_floats(input, part::squares, {n}, m.squares()); }
        if (added) { added = put_floats(input, part::magnitudes, {n}, m.magnitudes()); }
        if (added && input.parts().products) {
            const std::span<const T> sums = input.products().entries();
            added = put_floats(input, part::products, {sums.size()}, sums);
        }
        if (added && input.parts().cross) {
            added = put_floats(input, part::cross, {n, n}, input.cross().entries());
        }
        return added;
    }

    /// The size of the file in bytes.
    [[nodiscard]] result<index_t> write(const std::string& path) {
        using part = statistics_tensors;
        status added =
            writer_.add_metadata(std::string{part::format_key}, std::string{part::format});
        if (added) {
            added = writer_.add_metadata(std::string{part::checksum_key}, checksum_.text());
        }
        if (!added) { return added.error(); }
        return writer_.write(path);
    }

  private:
    template <class T>
    [[nodiscard]] status put(const input_statistics<T>& input,
                             std::string_view part,
                             element_type type,
                             std::vector<index_t> shape,
                             std::span<const std::byte> data) {
        const std::string name = input.name() + std::string{part};
        checksum_.add(std::as_bytes(std::span{name}));
        checksum_.add(data);
        return writer_.add_tensor(name, type, std::move(shape), data);
    }

    template <class T, class Value>
    [[nodiscard]] status put_floats(const input_statistics<T>& input,
                                    std::string_view part,
                                    std::vector<index_t> shape,
                                    std::span<const Value> values) {
        if (const index_t i = first_nonfinite(values); i < values.size()) {
            return error{errc::nonfinite, "statistics of input '" + input.name() + "': entry " +
                                              std::to_string(i) + " of " +
                                              std::string{part.substr(1)} +
                                              " is not finite (sums too large for the type?)"};
        }
        return put(input, part, statistics_tensors::type<Value>, std::move(shape),
                   std::as_bytes(values));
    }

    safetensors_writer writer_;
    checksum checksum_;
    std::deque<std::array<std::uint64_t, 2>> counts_;  // the writer keeps spans of them
};

/// Writes the statistics of several inputs, in their order, and returns the size in bytes. The
/// same statistics give the same bytes. Beside the header nothing is copied.
///
/// Errors: nonfinite, naming input and part; invalid_argument where a name appears twice; io.
template <std::floating_point T>
[[nodiscard]] result<index_t> write_statistics(const std::string& path,
                                               std::span<const input_statistics<T>> inputs) {
    statistics_writer writer;
    for (const input_statistics<T>& input : inputs) {
        if (status added = writer.add(input); !added) { return added.error(); }
    }
    return writer.write(path);
}

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Token sequences from files: NumPy arrays of integers, or raw bytes.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/file_error.hpp>
#include <gradus/io/mapped_file.hpp>
#include <gradus/io/npy_header.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

inline constexpr index_t all_tokens = std::numeric_limits<index_t>::max();

/// Stored integers to tokens, at most `limit`; each must lie in [0, vocabulary).
template <std::integral Stored>
[[nodiscard]] result<std::vector<std::uint32_t>> decode_tokens(std::span<const std::byte> data,
                                                               index_t vocabulary,
                                                               index_t limit,
                                                               std::string_view file) {
    std::vector<std::uint32_t> tokens(std::min(data.size() / sizeof(Stored), limit));
    for (index_t i = 0; i < tokens.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, data.data() + i * sizeof(Stored), sizeof(Stored));
        // A negative value becomes a huge one here, and fails the same comparison.
        if (static_cast<std::uint64_t>(stored) >= vocabulary) {
            return file_error(errc::out_of_range, file, "token ", i, " is ", std::to_string(stored),
                              " (expected 0 to ", vocabulary - 1,
                              "). Made with another tokenizer?");
        }
        tokens[i] = static_cast<std::uint32_t>(stored);
    }
    return tokens;
}

/// What every loader asks of its options.
[[nodiscard]] inline status
check_token_options(index_t vocabulary, index_t limit, std::string_view file) {
    if (vocabulary == 0 || vocabulary > std::numeric_limits<std::uint32_t>::max()) {
        return file_error(errc::invalid_argument, file, "vocabulary of ", vocabulary,
                          " tokens (expected 1 to 2^32 - 1)");
    }
    if (limit == 0) {
        return file_error(errc::invalid_argument, file, "token limit is 0 (nothing would be read)");
    }
    return done{};
}

/// The array behind a header that says: integers, C order, one or two dimensions, no byte more.
[[nodiscard]] inline result<std::span<const std::byte>>
npy_token_data(const npy_header& header, std::span<const std::byte> bytes, std::string_view file) {
    const std::string_view types[] = {"<u2", "<u4", "<i4", "<i8"};
    if (std::find(std::begin(types), std::end(types), header.descr) == std::end(types)) {
        return file_error(errc::unsupported, file, "dtype ", quote_name(header.descr),
                          " is not a token type (supported: <u2, <u4, <i4, <i8)");
    }
    if (header.shape.empty() || header.shape.size() > 2) {
        return file_error(errc::unsupported, file, "array has ", header.shape.size(),
                          " dimensions (expected 1, or 2 to be flattened)");
    }
    if (header.fortran_order && header.shape.size() == 2) {
        return file_error(errc::unsupported, file,
                          "array is in Fortran order. Save it in C order?");
    }
    const std::span<const std::byte> data = bytes.subspan(header.data_begin);
    index_t expected = static_cast<index_t>(header.descr.back() - '0');
    for (const index_t extent : header.shape) {
        if (extent == 0) { return file_error(errc::malformed, file, "array holds no tokens"); }
        if (expected > std::numeric_limits<index_t>::max() / extent) {
            return file_error(errc::malformed, file, "shape overflows 2^64 bytes");
        }
        expected *= extent;
    }
    if (data.size() == expected) { return data; }
    return file_error(errc::malformed, file, "array data has ", data.size(), " bytes (expected ",
                      expected, data.size() < expected ? "). Truncated?" : "): trailing bytes");
}

/// Tokens of a `.npy` file, the first `limit` of them, row by row.
///
/// Rules:  dtype <u2, <u4, <i4 or <i8; one or two dimensions in C order; the whole file must be
///         well-formed, and every token that is read must lie in [0, vocabulary).
/// Errors: name the file and what was expected; the position of a token out of range.
[[nodiscard]] inline result<std::vector<std::uint32_t>>
load_tokens_npy(const std::string& path, index_t vocabulary, index_t limit = all_tokens) {
    if (status sane = check_token_options(vocabulary, limit, path); !sane) { return sane.error(); }
    const result<mapped_file> file = mapped_file::open(path);
    if (!file) { return file.error(); }
    const result<npy_header> header = parse_npy_header(file->bytes(), path);
    if (!header) { return header.error(); }
    const auto data = npy_token_data(header.value(), file->bytes(), path);
    if (!data) { return data.error(); }
    const std::string& type = header->descr;
    if (type == "<u2") {
        return decode_tokens<std::uint16_t>(data.value(), vocabulary, limit, path);
    }
    if (type == "<u4") {
        return decode_tokens<std::uint32_t>(data.value(), vocabulary, limit, path);
    }
    if (type == "<i4") {
        return decode_tokens<std::int32_t>(data.value(), vocabulary, limit, path);
    }
    return decode_tokens<std::int64_t>(data.value(), vocabulary, limit, path);
}

/// Every byte of a file as one token, the first `limit` of them; bytes must be below `vocabulary`.
[[nodiscard]] inline result<std::vector<std::uint32_t>>
load_tokens_bytes(const std::string& path, index_t vocabulary, index_t limit = all_tokens) {
    if (status sane = check_token_options(vocabulary, limit, path); !sane) { return sane.error(); }
    const result<mapped_file> file = mapped_file::open(path);
    if (!file) { return file.error(); }
    return decode_tokens<std::uint8_t>(file->bytes(), vocabulary, limit, path);
}

}  // namespace GRADUS_ISA
}  // namespace gradus

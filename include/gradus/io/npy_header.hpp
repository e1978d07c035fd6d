// SPDX-License-Identifier: MIT
// The header of a NumPy array file, read strictly.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/file_error.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

struct npy_header {
    std::string descr;  ///< e.g. "<u2"
    bool fortran_order = false;
    std::vector<index_t> shape;
    index_t data_begin = 0;  ///< from the start of the file
};

/// Reads the few Python literals that NumPy writes: strings, True, False, tuples of integers.
class npy_literals {
  public:
    explicit npy_literals(std::string_view text) : rest_{text} {}

    [[nodiscard]] bool done() const { return rest_.empty(); }

    void skip_spaces() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
    }

    /// Takes `word` if it comes next, after spaces.
    [[nodiscard]] bool take(std::string_view word) {
        skip_spaces();
        if (rest_.substr(0, word.size()) != word) { return false; }
        rest_.remove_prefix(word.size());
        return true;
    }

    /// A quoted string without escapes.
    [[nodiscard]] std::optional<std::string_view> take_string() {
        const char quote = take("'") ? '\'' : (take("\"") ? '"' : '\0');
        const index_t end = quote == '\0' ? std::string_view::npos : rest_.find(quote);
        if (end == std::string_view::npos) { return std::nullopt; }
        const std::string_view text = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        if (text.find('\\') != std::string_view::npos) { return std::nullopt; }
        return text;
    }

    /// A decimal integer below 2^63, without sign or leading zeros.
    [[nodiscard]] std::optional<index_t> take_number() {
        constexpr index_t largest = ~index_t{0} >> 1;
        skip_spaces();
        index_t value = 0;
        index_t digits = 0;
        for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
            const auto digit = static_cast<index_t>(rest_[digits] - '0');
            if ((digits == 1 && value == 0) || value > (largest - digit) / 10) {
                return std::nullopt;
            }
            value = value * 10 + digit;
        }
        rest_.remove_prefix(digits);
        return digits == 0 ? std::nullopt : std::optional{value};
    }

    /// "(2, 3)", "(2,)" or "()"; at most `most` numbers.
    [[nodiscard]] std::optional<std::vector<index_t>> take_tuple(index_t most) {
        std::vector<index_t> numbers;
        if (!take("(")) { return std::nullopt; }
        bool comma = true;
        while (!take(")")) {
            const auto number = comma ? take_number() : std::nullopt;
            if (!number || numbers.size() == most) { return std::nullopt; }
            numbers.push_back(*number);
            comma = take(",");
        }
        if (numbers.size() == 1 && !comma) { return std::nullopt; }  // "(2)" is not a tuple
        return numbers;
    }

  private:
    std::string_view rest_;
};

/// One `'key': value` of the dictionary into `header`; `seen` has a bit a key.
[[nodiscard]] inline bool take_npy_entry(npy_literals& text, npy_header& header, unsigned& seen) {
    constexpr index_t most_extents = 32;  // NumPy 1's own limit
    const auto key = text.take_string();
    if (!key || !text.take(":")) { return false; }
    unsigned bit = 0;
    if (*key == "descr") {
        bit = 1;
        const auto descr = text.take_string();
        if (!descr) { return false; }
        header.descr = *descr;
    } else if (*key == "fortran_order") {
        bit = 2;
        header.fortran_order = text.take("True");
        if (!header.fortran_order && !text.take("False")) { return false; }
    } else if (*key == "shape") {
        bit = 4;
        auto shape = text.take_tuple(most_extents);
        if (!shape) { return false; }
        header.shape = std::move(*shape);
    }
    const bool fresh = bit != 0 && (seen & bit) == 0;
    seen |= bit;
    return fresh;
}

/// The dictionary `{'descr': ..., 'fortran_order': ..., 'shape': ...}`, spaces and a newline.
[[nodiscard]] inline bool take_npy_dictionary(std::string_view text, npy_header& header) {
    if (text.empty() || text.back() != '\n') { return false; }
    text.remove_suffix(1);
    npy_literals literals{text};
    unsigned seen = 0;
    if (!literals.take("{")) { return false; }
    bool comma = true;
    while (!literals.take("}")) {
        if (!comma || !take_npy_entry(literals, header, seen)) { return false; }
        comma = literals.take(",");
    }
    literals.skip_spaces();
    return seen == 7 && literals.done();
}

/// Reads the header at the front of `bytes`, the whole file. Versions 1.0, 2.0 and 3.0.
///
/// Errors: malformed or unsupported, naming `file`. A structured dtype (a list) is malformed here.
/// Source: NumPy `numpy.lib.format`.
[[nodiscard]] inline result<npy_header> parse_npy_header(std::span<const std::byte> bytes,
                                                         std::string_view file) {
    const std::string_view all{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    constexpr std::string_view magic = "\x93NUMPY";
    if (all.substr(0, magic.size()) != magic || all.size() < magic.size() + 2) {
        return file_error(errc::malformed, file, "is not a .npy file (no magic number)");
    }
    const auto byte_at = [&](index_t i) { return std::to_integer<index_t>(bytes[i]); };
    const index_t version = byte_at(magic.size());
    if (version < 1 || version > 3 || byte_at(magic.size() + 1) != 0) {
        return file_error(errc::unsupported, file, ".npy version is not 1.0, 2.0 or 3.0");
    }
    const index_t length_begin = magic.size() + 2;
    const index_t text_begin = length_begin + (version == 1 ? 2 : 4);
    if (all.size() < text_begin) {
        return file_error(errc::malformed, file, "ends inside the .npy header. Truncated?");
    }
    index_t length = 0;
    for (index_t i = text_begin; i-- > length_begin;) {
        length = (length << 8) | byte_at(i);
    }
    if (length > all.size() - text_begin) {
        return file_error(errc::malformed, file, ".npy header length ", length, " exceeds the ",
                          all.size() - text_begin, " bytes after it. Truncated?");
    }
    npy_header header;
    if (!take_npy_dictionary(all.substr(text_begin, length), header)) {
        return file_error(errc::malformed, file,
                          ".npy header is not {'descr': '<..', 'fortran_order': .., 'shape': "
                          "(.., )} with each key once, a plain dtype and a final newline");
    }
    header.data_begin = text_begin + length;
    return header;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

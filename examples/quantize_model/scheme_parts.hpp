// SPDX-License-Identifier: MIT
// What a picture wants to know of a scheme's name.
#pragma once

#include <cctype>
#include <string>
#include <string_view>

namespace quantize_model {

enum class range_kind { minmax, mse, other };

/// `normal_quantile3:nf_g32_log8_mse` is of family `normal_quantile:nf`; without its width it is
/// `normal_quantile:nf_g32_log8_mse`.
struct scheme_parts {
    std::string family;
    std::string without_width;
    range_kind range = range_kind::minmax;
    bool quantized = true;  ///< has a grouping
};

/// Whether a word between underscores names a grouping: what is before it is the mapping.
[[nodiscard]] inline bool is_grouping(std::string_view word) {
    const bool sized = word.size() > 1 && word.front() == 'g' &&
                       word.find_first_not_of("0123456789", 1) == std::string_view::npos;
    return sized || word == "tensor" || word == "channel";
}

/// A name without a grouping (`f16`) is a family of its own.
[[nodiscard]] inline scheme_parts parts_of(std::string_view scheme) {
    std::string_view mapping = scheme;
    range_kind range = range_kind::mse;  // nothing was clipped and nothing could be searched
    for (std::size_t at = 0; at < scheme.size(); ++at) {
        if (scheme[at] != '_') { continue; }
        const std::string_view word =
            scheme.substr(at + 1).substr(0, scheme.find('_', at + 1) - at - 1);
        const std::string_view stem = word.substr(0, word.find('='));
        if (mapping.size() == scheme.size() && is_grouping(word)) {
            mapping = scheme.substr(0, at);
            range = range_kind::minmax;
        } else if (mapping.size() < scheme.size() && stem == "mse") {
            range = range_kind::mse;
        } else if (mapping.size() < scheme.size() && (stem == "percentile" || stem == "kl")) {
            range = range_kind::other;
        }
    }
    if (mapping.size() == scheme.size()) {
        return {std::string{scheme}, std::string{scheme}, range, false};
    }
    const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
    std::size_t first = 0;
    while (first < mapping.size() && !is_digit(mapping[first]) && mapping[first] != '@') {
        ++first;
    }
    std::size_t last = first;
    while (last < mapping.size() && is_digit(mapping[last])) {
        ++last;
    }
    std::string family{mapping.substr(0, first)};
    family += mapping.substr(last);
    return {family, family + std::string{scheme.substr(mapping.size())}, range};
}

}  // namespace quantize_model

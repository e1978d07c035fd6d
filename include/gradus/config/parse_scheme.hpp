// SPDX-License-Identifier: MIT
// Text to a scheme; every mistake is named, with the choices.
#pragma once

#include <gradus/config/scheme.hpp>

#include <string_view>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

namespace scheme_words {

inline constexpr std::string_view scales = "f32, f16, bf16, log8";
inline constexpr std::string_view ranges = "minmax, percentile[=PERCENT], mse[=NORM], kl";
inline constexpr std::string_view roundings =
    "nearest, stochastic, error_diffusing, noisy[=FRACTION]";

[[nodiscard]] inline error wrong(std::string_view name, const std::string& why) {
    return {errc::invalid_argument, "scheme '" + std::string{name} + "': " + why};
}

/// Words between underscores; `error_diffusing` is one word.
[[nodiscard]] inline std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        if (c == '_') {
            words.emplace_back();
        } else {
            words.back() += c;
        }
    }
    for (index_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i] == "error" && words[i + 1].starts_with("diffusing")) {
            words[i] += "_" + words[i + 1];
            words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
    }
    return words;
}

/// `word[=value]`.
struct valued_word {
    std::string word;
    std::optional<std::string> value;

    explicit valued_word(const std::string& text) : word{text.substr(0, text.find('='))} {
        if (word.size() < text.size()) { value = text.substr(word.size() + 1); }
    }
};

/// Sets `knob` from the word's value, or leaves its default where there is none.
[[nodiscard]] inline bool take_value(const valued_word& word, float& knob) {
    if (!word.value) { return true; }
    const auto number = number_of<float>(*word.value);
    if (number) { knob = *number; }
    return number.has_value();
}

/// Whether the word is a range; `sound` says whether its value is, too.
[[nodiscard]] inline bool read_range(const valued_word& word, any_range& range, bool& sound) {
    sound = true;
    if (word.word == minmax::name || word.word == kl_divergence::name) {
        if (word.word == kl_divergence::name) { range.choice = kl_divergence{}; }
        sound = !word.value;
    } else if (word.word == percentile::name) {
        percentile choice;
        sound = take_value(word, choice.percent) && choice.valid();
        range.choice = choice;
    } else if (word.word == mse_search::name) {
        mse_search choice;
        sound = take_value(word, choice.norm) && choice.valid();
        range.choice = choice;
    } else {
        return false;
    }
    return true;
}

/// The same for a rounding.
[[nodiscard]] inline bool
read_rounding(const valued_word& word, any_rounding& rounding, bool& sound) {
    sound = !word.value;
    if (word.word == stochastic::name) {
        rounding = stochastic{};
    } else if (word.word == error_diffusing::name) {
        rounding = error_diffusing{};
    } else if (word.word == noisy<>::name) {
        noisy<> choice;
        sound =
            take_value(word, choice.fraction) && choice.fraction > 0.0f && choice.fraction <= 1.0f;
        rounding = choice;
    } else {
        return word.word == nearest::name;
    }
    return true;
}

/// Takes the training variants off the mapping's name: a codebook is stored whatever trained it.
/// False where two of them contradict each other.
[[nodiscard]] inline bool read_training(scheme& result) {
    std::string& mapping = result.layout.mapping;
    if (!mapping.starts_with("adaptive_quantile")) { return true; }
    const auto take = [&](std::string_view variant) {
        const auto at = mapping.find(variant);
        const auto end = at + variant.size();
        const bool whole =
            at != std::string::npos && (end == mapping.size() || mapping[end] == ':');
        if (whole) { mapping.erase(at, variant.size()); }
        return whole;
    };
    result.exact_zero = take(":zero");
    const bool density = take(":density");
    const bool mass = take(":mass");
    if (density) { result.placement = codebook_placement::density; }
    if (mass) { result.placement = codebook_placement::mass; }
    return !(density && mass);
}

/// Mapping, offset and grouping: the words up to and including the grouping.
[[nodiscard]] inline status
read_layout(scheme& result, const std::vector<std::string>& words, index_t grouping) {
    std::string mapping = words[0];
    for (index_t i = 1; i < grouping; ++i) {
        mapping += "_" + words[i];
    }
    if (const auto at = mapping.find('@'); at != std::string::npos) {
        const auto offset = number_of<float>(std::string_view{mapping}.substr(at + 1));
        if (!offset || !(*offset > 0.0f && *offset < 1.0f)) {
            return wrong(result.name,
                         "grid offset '" + mapping.substr(at + 1) +
                             "' is not in (0, 1) steps (0 would have no effect); try @0.5");
        }
        result.layout.offset = offset;
        mapping.erase(at);
    }
    result.layout.mapping = mapping;
    if (!read_training(result)) {
        return wrong(result.name, "':density' and ':mass' exclude each other");
    }
    const bool sized = words[grouping].starts_with('g');
    result.layout.grouping = sized ? "g" : words[grouping];
    if (sized) {
        result.layout.group = *number_of<index_t>(std::string_view{words[grouping]}.substr(1));
    }
    return done{};
}

}  // namespace scheme_words

/// Errors: no grouping, words that are unknown or out of order, values that a word does not take or
/// that are outside its limits. Whether the layout is on the menu is the caller's question.
[[nodiscard]] inline result<scheme> parse_scheme(std::string_view text) {
    using namespace scheme_words;
    scheme parsed{.name = std::string{text}, .layout = {}, .range = {}, .rounding = {}};
    const std::vector<std::string> words = split(text);
    index_t at = 1;
    while (at < words.size() && !names_grouping(words[at])) {
        ++at;
    }
    if (at >= words.size() || words[0].empty()) {
        return wrong(text, "no grouping in it (expected <mapping>_<tensor|channel|gN>, e.g. "
                           "uniform_symmetric4_g64)");
    }
    if (status read = read_layout(parsed, words, at); !read) { return read.error(); }
    int stage = 0;  // scale, then range, then rounding: each at most once, in this order
    for (++at; at < words.size(); ++at) {
        const valued_word word{words[at]};
        bool sound = true;
        int kind = 0;
        if (word.word == "f32" || word.word == "f16" || word.word == "bf16" ||
            word.word == "log8") {
            kind = 1;
            parsed.layout.scale = word.word;
            sound = !word.value;
        } else if (read_range(word, parsed.range, sound)) {
            kind = 2;
        } else if (read_rounding(word, parsed.rounding, sound)) {
            kind = 3;
        } else {
            return wrong(text, "unknown word '" + word.word + "' (scale: " + std::string{scales} +
                                   "; range: " + std::string{ranges} +
                                   "; rounding: " + std::string{roundings} + ")");
        }
        if (kind <= stage) {
            return wrong(text, "'" + word.word +
                                   "' is given twice or out of order (scale, range, rounding)");
        }
        if (!sound) {
            return wrong(text, "value of '" + words[at] +
                                   "' is not one that it takes (percentile: in (0, 100]; mse: 1 to "
                                   "4 in halves; noisy: in (0, 1]; other words: none)");
        }
        stage = kind;
    }
    return parsed;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

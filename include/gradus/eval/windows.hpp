// SPDX-License-Identifier: MIT
// Cuts a text into the windows that a model is scored on.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/model/token.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// The model reads tokens [first, first + length) from an empty cache; the predictions of the
/// tokens at positions [scored_from, length) count. Position 0 has no prediction.
struct window {
    index_t first;
    index_t length;
    index_t scored_from;

    [[nodiscard]] index_t positions() const noexcept { return length - scored_from; }
};

/// Which positions of a window count.
enum class scored : std::uint8_t {
    all,          ///< all but the first
    second_half,  ///< those beyond context / 2, as llama.cpp does: 127 of 256
};

struct window_options {
    static constexpr index_t unlimited = std::numeric_limits<index_t>::max();

    index_t context;  ///< tokens a window, at least 2
    scored part = scored::all;
    std::optional<token_t> document = std::nullopt;  ///< a window starts at each such token
    index_t token_limit = unlimited;                 ///< of the text, from its start
    index_t position_limit = unlimited;              ///< scored ones; the last window is cut
};

/// The end of the document that starts at `first`: the next document token, or the end of text.
[[nodiscard]] inline index_t
document_end(std::span<const token_t> tokens, index_t first, token_t document) {
    const auto rest = tokens.subspan(first + 1);
    const auto next = std::find(rest.begin(), rest.end(), document);
    return first + 1 + static_cast<index_t>(next - rest.begin());
}

/// Windows in text order, never empty of scored positions.
///
/// Rules:  without documents, windows of exactly `context` tokens that do not overlap, the tail
///         dropped. With documents, one window at each, cut at the context, short ones whole; what
///         comes before the first document, or beyond the context in one, is not read.
/// Errors: a context below 2; no scored position at all.
[[nodiscard]] inline result<std::vector<window>> cut_windows(std::span<const token_t> tokens,
                                                             const window_options& options) {
    if (options.context < 2) {
        return error{errc::invalid_argument, "context is " + std::to_string(options.context) +
                                                 " tokens (expected 2 or more)"};
    }
    const std::span<const token_t> text =
        tokens.first(std::min(tokens.size(), options.token_limit));
    const index_t from = options.part == scored::all ? 1 : options.context / 2 + 1;
    index_t left = options.position_limit;
    std::vector<window> windows;
    const auto add = [&](index_t first, index_t length) {
        if (length <= from || left == 0) { return; }
        const index_t positions = std::min(length - from, left);
        left -= positions;
        windows.push_back({first, from + positions, from});
    };
    if (options.document) {
        for (index_t at = 0; at < text.size(); ++at) {
            if (text[at] != *options.document) { continue; }
            const index_t end = document_end(text, at, *options.document);
            add(at, std::min(end - at, options.context));
        }
    } else {
        for (index_t at = 0; text.size() - at >= options.context; at += options.context) {
            add(at, options.context);
        }
    }
    if (!windows.empty()) { return windows; }
    return error{errc::invalid_argument, "no scored position in " + std::to_string(text.size()) +
                                             " tokens at a context of " +
                                             std::to_string(options.context) +
                                             ". Text too short, or no document token in it?"};
}

}  // namespace GRADUS_ISA
}  // namespace gradus

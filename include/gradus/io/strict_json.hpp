// SPDX-License-Identifier: MIT
// JSON from untrusted files: duplicate keys, deep nesting and NUL bytes are errors.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/file_error.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Runs `handler` (a SAX handler with a `std::string problem`) over `text`. The handler's own
/// problem wins over the parser's. NUL is refused here because the parser takes it for the end.
template <class Handler>
[[nodiscard]] status read_json(std::string_view text, std::string_view file, Handler& handler) {
    if (const index_t nul = text.find('\0'); nul != std::string_view::npos) {
        return file_error(errc::malformed, file, "JSON contains a NUL byte at offset ", nul);
    }
    const bool accepted = nlohmann::json::sax_parse(text.begin(), text.end(), &handler);
    if (!handler.problem.empty()) { return file_error(handler.code, file, handler.problem); }
    if (!accepted) { return file_error(errc::malformed, file, "is not valid JSON"); }
    return done{};
}

/// What every handler of this library shares: the first problem, and syntax errors with place.
struct json_problem {
    errc code = errc::malformed;
    std::string problem;

    /// Records the problem and stops the parser.
    bool refuse(std::string text, errc why = errc::malformed) {
        if (problem.empty()) {
            problem = std::move(text);
            code = why;
        }
        return false;
    }

    bool parse_error(std::size_t position,
                     const std::string& /*token*/,
                     const nlohmann::json::exception& /*cause*/) {
        return refuse("is not valid JSON (syntax error at byte " + std::to_string(position) +
                      " of the JSON text). Damaged or truncated?");
    }
};

/// Accepts any value; refuses a key that its object already has, and too deep nesting.
struct strict_json_rules : json_problem {
    using base = nlohmann::json;

    explicit strict_json_rules(index_t deepest) : limit{deepest} {}

    bool null() { return true; }

    bool boolean(bool) { return true; }

    bool number_integer(base::number_integer_t) { return true; }

    bool number_unsigned(base::number_unsigned_t) { return true; }

    bool number_float(base::number_float_t, const base::string_t&) { return true; }

    bool string(base::string_t&) { return true; }

    bool binary(base::binary_t&) { return refuse("binary value in JSON"); }

    bool start_object(std::size_t) { return descend(); }

    bool start_array(std::size_t) { return descend(); }

    bool key(base::string_t& name) {
        if (keys.back().insert(name).second) { return true; }
        return refuse("key " + quote_name(name) + " appears twice in one JSON object");
    }

    bool end_object() { return ascend(); }

    bool end_array() { return ascend(); }

    bool descend() {
        if (keys.size() >= limit) {
            return refuse("JSON nests deeper than " + std::to_string(limit) + " levels");
        }
        keys.emplace_back();
        return true;
    }

    bool ascend() {
        keys.pop_back();
        return true;
    }

    index_t limit;
    std::vector<std::set<std::string>> keys;  ///< of every open object or array
};

/// The JSON object in `text`. Errors name `file` and are `malformed`.
[[nodiscard]] inline result<nlohmann::json>
parse_json_object(std::string_view text, std::string_view file, index_t deepest = 16) {
    strict_json_rules rules{deepest};
    if (const status read = read_json(text, file, rules); !read) { return read.error(); }
    nlohmann::json parsed = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
    if (!parsed.is_object()) {
        return file_error(errc::malformed, file, "does not hold a JSON object (expected '{')");
    }
    return parsed;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

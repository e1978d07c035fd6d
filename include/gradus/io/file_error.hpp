// SPDX-License-Identifier: MIT
// Errors that name their file: texts from untrusted bytes are made printable and short first.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>

#include <cerrno>
#include <concepts>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// What a message is made of: text, or a number without sign.
template <class Part>
concept message_part = std::convertible_to<const Part&, std::string_view> ||
                       (std::unsigned_integral<Part> && !std::same_as<Part, bool>);

/// `name` in single quotes; control characters become '?', and a long name is cut. A hostile file
/// can then neither steer a terminal nor flood a log.
[[nodiscard]] inline std::string quote_name(std::string_view name) {
    constexpr index_t longest = 120;
    std::string text = "'";
    for (const char c : name.substr(0, longest)) {
        const auto byte = static_cast<unsigned char>(c);
        text += (byte < 0x20 || byte == 0x7f) ? '?' : c;
    }
    text += name.size() > longest ? "...'" : "'";
    return text;
}

/// The error `file: parts...`; numbers are written in decimal.
template <message_part... Parts>
[[nodiscard]] error file_error(errc code, std::string_view file, const Parts&... parts) {
    std::string message{file};
    message += ": ";
    const auto append = [&message](const auto& part) {
        if constexpr (std::convertible_to<decltype(part), std::string_view>) {
            message += std::string_view{part};
        } else {
            message += std::to_string(part);
        }
    };
    (append(parts), ...);
    return {code, std::move(message)};
}

/// A refusal by the operating system, with the reason it gave in `errno`.
[[nodiscard]] inline error
system_error_of(std::string_view file, std::string_view action, int error_number) {
    const errc code = error_number == ENOENT ? errc::not_found : errc::io;
    return file_error(code, file, action, " (", std::generic_category().message(error_number), ")");
}

}  // namespace GRADUS_ISA
}  // namespace gradus

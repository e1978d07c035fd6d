// SPDX-License-Identifier: MIT
// Typed fields of a JSON object; the first broken rule is remembered.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/file_error.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace gradus {
inline namespace GRADUS_ISA {

/// Reads fields one after the other. A broken rule yields a zero and the first one is kept in
/// `failure`, so that a reader can list its fields and check once, at the end.
class config_fields {
  public:
    config_fields(const nlohmann::json& object, std::string_view file)
        : object_{object}, file_{file} {}

    [[nodiscard]] const std::optional<error>& failure() const noexcept { return failure_; }

    /// `file: key 'key': parts...`, unless something failed before.
    template <message_part... Parts>
    void refuse(errc code, std::string_view key, const Parts&... parts) {
        if (!failure_) {
            failure_ = file_error(code, file_, "key ", quote_name(key), " ", parts...);
        }
    }

    /// The value of `key`, or null where it is absent or null.
    [[nodiscard]] const nlohmann::json* get(const char* key) const {
        const auto it = object_.find(key);
        return it == object_.end() || it->is_null() ? nullptr : &*it;
    }

    /// An integer in [1, largest]. Without a fallback the key is required.
    [[nodiscard]] index_t
    count(const char* key, index_t largest, std::optional<index_t> fallback = std::nullopt) {
        const nlohmann::json* value = required(key, fallback.has_value());
        if (value == nullptr) { return fallback.value_or(0); }
        const auto* number = value->get_ptr<const nlohmann::json::number_unsigned_t*>();
        if (number == nullptr || *number == 0 || *number > largest) {
            refuse(errc::malformed, key, "is not an integer from 1 to ", largest);
            return 0;
        }
        return *number;
    }

    /// A finite number above zero. Without a fallback the key is required.
    [[nodiscard]] double positive(const char* key, std::optional<double> fallback = std::nullopt) {
        const nlohmann::json* value = required(key, fallback.has_value());
        if (value == nullptr) { return fallback.value_or(0.0); }
        const auto* real = value->get_ptr<const nlohmann::json::number_float_t*>();
        const auto* whole = value->get_ptr<const nlohmann::json::number_unsigned_t*>();
        const double number = real != nullptr  ? *real
                            : whole != nullptr ? static_cast<double>(*whole)
                                               : 0.0;
        if (!(number > 0.0) || !std::isfinite(number)) {
            refuse(errc::malformed, key, "is not a number above zero");
            return 0.0;
        }
        return number;
    }

    [[nodiscard]] bool flag(const char* key, bool fallback) {
        const nlohmann::json* value = get(key);
        if (value == nullptr) { return fallback; }
        const auto* boolean = value->get_ptr<const bool*>();
        if (boolean == nullptr) { refuse(errc::malformed, key, "is not true or false"); }
        return boolean != nullptr && *boolean;
    }

    /// A string. Without a fallback the key is required.
    [[nodiscard]] std::string text(const char* key,
                                   const std::optional<std::string>& fallback = std::nullopt) {
        const nlohmann::json* value = required(key, fallback.has_value());
        if (value == nullptr) { return fallback.value_or(std::string{}); }
        const auto* string = value->get_ptr<const std::string*>();
        if (string != nullptr) { return *string; }
        refuse(errc::malformed, key, "is not a string");
        return {};
    }

  private:
    [[nodiscard]] const nlohmann::json* required(const char* key, bool optional) {
        const nlohmann::json* value = get(key);
        if (value == nullptr && !optional) { refuse(errc::malformed, key, "is missing"); }
        return value;
    }

    const nlohmann::json& object_;
    std::string_view file_;
    std::optional<error> failure_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

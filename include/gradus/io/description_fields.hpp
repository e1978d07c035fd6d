// SPDX-License-Identifier: MIT
// Entries of a JSON object, trusting nothing: the first that breaks a rule stays as the failure.
#pragma once

#include <gradus/io/file_error.hpp>

#include <nlohmann/json.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// Every getter returns something harmless where it refuses, so that a parser reads on without
/// asking, and asks for the failure at the end.
class description_fields {
  public:
    using json = nlohmann::json;

    static constexpr index_t largest = index_t{1} << 40;

    explicit description_fields(std::string_view file) : file_{file} {}

    /// What the messages that follow are about.
    void at_place(std::string place) { where_ = std::move(place); }

    [[nodiscard]] const std::optional<error>& failure() const noexcept { return failure_; }

    void refuse(const std::string& why) {
        if (!failure_) { failure_ = file_error(errc::malformed, file_, where_, ": ", why); }
    }

    /// The object has these keys, all of them and no other.
    void only(const json& object, std::initializer_list<std::string_view> known) {
        if (!object.is_object()) { return refuse("an entry is not a JSON object"); }
        index_t present = 0;
        for (const std::string_view key : known) {
            present += object.contains(std::string{key}) ? 1u : 0u;
        }
        if (present != known.size()) { return refuse("lacks one of its keys"); }
        if (object.size() != present) { refuse("has a key that this version does not know"); }
    }

    /// The entry under `key`, or null JSON where there is none.
    [[nodiscard]] static const json& at(const json& object, const char* key) {
        static const json none;
        const auto it = object.is_object() ? object.find(key) : object.end();
        return object.is_object() && it != object.end() ? *it : none;
    }

    [[nodiscard]] const json& list(const json& object, const char* key) {
        static const json empty = json::array();
        const json& value = at(object, key);
        if (value.is_array()) { return value; }
        refuse("'" + std::string{key} + "' is not a list");
        return empty;
    }

    [[nodiscard]] std::string string(const json& object, const char* key) {
        const auto* text = at(object, key).get_ptr<const std::string*>();
        if (text == nullptr || text->empty()) {
            refuse("'" + std::string{key} + "' is not a text");
            return {};
        }
        return *text;
    }

    [[nodiscard]] index_t number(const json& value, std::string_view what) {
        const auto* n = value.get_ptr<const json::number_unsigned_t*>();
        if (n == nullptr || *n > largest) {
            refuse(std::string{what} + " is not a whole number up to 2^40");
            return 0;
        }
        return *n;
    }

    /// A position in a list of `count` things, or nothing where the entry is null.
    [[nodiscard]] std::optional<index_t>
    position(const json& object, const char* key, index_t count) {
        const json& value = at(object, key);
        if (value.is_null()) { return std::nullopt; }
        const index_t found = number(value, key);
        if (found < count) { return found; }
        refuse("names a position in '" + std::string{key} + "' that is not listed");
        return std::nullopt;
    }

    [[nodiscard]] std::pair<index_t, index_t> two(const json& object, const char* key) {
        const json& pair = list(object, key);
        if (pair.size() != 2) {
            refuse("'" + std::string{key} + "' does not have two numbers");
            return {0, 0};
        }
        return {number(pair[0], key), number(pair[1], key)};
    }

    void absent(const json& object, const char* key) {
        if (!at(object, key).is_null()) {
            refuse("uses '" + std::string{key} + "', which this version cannot apply");
        }
    }

  private:
    std::string file_;
    std::string where_;
    std::optional<error> failure_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

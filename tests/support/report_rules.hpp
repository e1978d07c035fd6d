// SPDX-License-Identifier: MIT
// What every checker of a JSON report asks: a broken rule is an exception that says what is wrong.
#pragma once

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace gradus::test {

using json = nlohmann::ordered_json;

inline void require(bool holds, const std::string& what) {
    if (!holds) { throw std::runtime_error{what}; }
}

inline json read(const std::string& file) {
    std::ifstream in{file};
    require(in.good(), file + " cannot be read");
    return json::parse(in);
}

/// Exactly these members, in this order.
inline void require_members(const json& object,
                            const std::vector<std::string>& expected,
                            const std::string& where) {
    require(object.is_object(), where + " is no object");
    std::vector<std::string> found;
    std::string list;
    for (const auto& item : object.items()) {
        found.push_back(item.key());
        list += " " + item.key();
    }
    require(found == expected, where + " has the members" + list);
}

inline double number(const json& object, const char* key) {
    require(object.at(key).is_number(), std::string{key} + " is " + object.at(key).dump());
    return object.at(key).get<double>();
}

}  // namespace gradus::test

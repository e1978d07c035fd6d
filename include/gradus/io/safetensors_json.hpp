// SPDX-License-Identifier: MIT
// The JSON grammar of a safetensors header, checked while it is read.
#pragma once

#include <gradus/core/result.hpp>
#include <gradus/core/types.hpp>
#include <gradus/io/file_error.hpp>
#include <gradus/io/strict_json.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

using string_map = std::map<std::string, std::string, std::less<>>;

/// One entry as written: nothing but its grammar has been checked.
struct tensor_declaration {
    std::string name;
    std::string dtype;
    std::vector<index_t> shape;
    std::vector<index_t> offsets;  ///< begin and end
};

static_assert(sizeof(index_t) == sizeof(std::uint64_t), "offsets are 64-bit");

/// SAX handler: a map from names to {dtype, shape, data_offsets}, and `__metadata__`, a map from
/// strings to strings. It knows no deeper place than an array in an entry, so that depth needs no
/// limit of its own, and it stores nothing that is not spelled out in the text.
///
/// Rules:  each field once, no other field; non-negative integers below 2^64; at most 8 extents.
/// Source: safetensors format specification, "Format".
class safetensors_json : public json_problem {
  public:
    using base = nlohmann::json;
    static constexpr index_t most_extents = 8;

    std::vector<tensor_declaration> declarations;  ///< in the order of the text
    string_map metadata;

    bool null() { return misplaced("null"); }

    bool boolean(bool) { return misplaced("true or false"); }

    bool number_integer(base::number_integer_t) { return misplaced("a negative number"); }

    bool number_unsigned(base::number_unsigned_t value) {
        if (place_ != place::array) { return misplaced("a number"); }
        auto& list = field_ == field::shape ? entry_.shape : entry_.offsets;
        if (list.size() >= (field_ == field::shape ? most_extents : 2)) {
            return field_ == field::shape
                     ? refuse_entry("shape has more than 8 extents", errc::unsupported)
                     : refuse_entry("data_offsets has more than two numbers");
        }
        list.push_back(value);
        return true;
    }

    bool number_float(base::number_float_t, const base::string_t&) {
        return misplaced("a fraction, or a number beyond 64 bits");
    }

    bool string(base::string_t& value) {
        if (place_ == place::entry && field_ == field::dtype) {
            entry_.dtype = std::move(value);
            return true;
        }
        if (place_ != place::metadata) { return misplaced("a string"); }
        if (metadata.emplace(key_, std::move(value)).second) { return true; }
        return refuse("__metadata__ has the key " + quote_name(key_) + " twice");
    }

    bool binary(base::binary_t&) { return misplaced("binary data"); }

    bool start_object(std::size_t) {
        if (place_ == place::outside) {
            place_ = place::root;
        } else if (place_ == place::root) {
            place_ = key_ == "__metadata__" ? place::metadata : place::entry;
        } else {
            return misplaced("an object");
        }
        return true;
    }

    bool start_array(std::size_t) {
        const bool expected =
            place_ == place::entry && (field_ == field::shape || field_ == field::offsets);
        if (!expected) { return misplaced("an array"); }
        place_ = place::array;
        return true;
    }

    bool key(base::string_t& name) {
        if (place_ == place::entry) { return start_field(name); }
        key_ = std::move(name);
        if (place_ == place::metadata) { return true; }
        if (key_ == "__metadata__") {
            if (std::exchange(metadata_seen_, true)) {
                return refuse("__metadata__ appears twice");
            }
        } else {
            entry_ = {key_, {}, {}, {}};
            seen_ = 0;
        }
        return true;
    }

    bool end_object() {
        if (place_ == place::entry) {
            if (seen_ != all_fields) { return refuse_entry("lacks " + missing_fields()); }
            declarations.push_back(std::move(entry_));
        }
        place_ = place_ == place::root ? place::outside : place::root;
        return true;
    }

    bool end_array() {
        if (field_ == field::offsets && entry_.offsets.size() != 2) {
            return refuse_entry("data_offsets has " + std::to_string(entry_.offsets.size()) +
                                " numbers (expected two)");
        }
        place_ = place::entry;
        return true;
    }

  private:
    enum class place : std::uint8_t { outside, root, metadata, entry, array };
    enum class field : std::uint8_t { dtype = 1, shape = 2, offsets = 4 };
    static constexpr unsigned all_fields = 7;

    bool start_field(const std::string& name) {
        if (name == "dtype") {
            field_ = field::dtype;
        } else if (name == "shape") {
            field_ = field::shape;
        } else if (name == "data_offsets") {
            field_ = field::offsets;
        } else {
            return refuse_entry("has the unknown field " + quote_name(name) +
                                " (expected dtype, shape and data_offsets)");
        }
        const auto bit = static_cast<unsigned>(field_);
        if ((seen_ & bit) != 0) {
            return refuse_entry("has the field " + quote_name(name) + " twice");
        }
        seen_ |= bit;
        return true;
    }

    [[nodiscard]] std::string missing_fields() const {
        std::string text;
        const auto add = [&](field wanted, const char* name) {
            if ((seen_ & static_cast<unsigned>(wanted)) != 0) { return; }
            text += text.empty() ? name : std::string{", "} + name;
        };
        add(field::dtype, "dtype");
        add(field::shape, "shape");
        add(field::offsets, "data_offsets");
        return text;
    }

    bool refuse_entry(const std::string& text, errc why = errc::malformed) {
        return refuse("tensor " + quote_name(entry_.name) + ": " + text, why);
    }

    /// The value just met cannot stand here.
    bool misplaced(std::string_view what) {
        const std::string found = " (found " + std::string{what} + ")";
        switch (place_) {
        case place::outside:
            return refuse("header is not a JSON object" + found);
        case place::root:
            return refuse("entry " + quote_name(key_) + " is not a JSON object" + found);
        case place::metadata:
            return refuse("__metadata__ value of " + quote_name(key_) + " is not a string" + found);
        case place::entry:
            return refuse_entry(field_ == field::dtype
                                    ? "dtype is not a string" + found
                                    : "shape or data_offsets is not an array" + found);
        case place::array:
            break;
        }
        return refuse_entry(
            (field_ == field::shape ? "shape" : "data_offsets") +
            std::string{" holds something else than non-negative integers below 2^64"} + found);
    }

    place place_ = place::outside;
    field field_ = field::dtype;
    unsigned seen_ = 0;
    bool metadata_seen_ = false;
    std::string key_;
    tensor_declaration entry_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

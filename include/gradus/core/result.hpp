// SPDX-License-Identifier: MIT
// Bad data is a value: an error with its cause, or the result. Nothing throws.
#pragma once

#include <gradus/core/contract.hpp>

#include <string>
#include <utility>
#include <variant>

namespace gradus {
inline namespace GRADUS_ISA {

enum class errc {
    io,                ///< the operating system refused to read or write
    malformed,         ///< bytes break the rules of their format
    unsupported,       ///< well-formed, but not something this library reads
    not_found,         ///< a named thing does not exist
    invalid_argument,  ///< a request that cannot be honoured
    no_effect,         ///< a request that would change nothing
    nonfinite,         ///< NaN or infinity in the data
    out_of_range,      ///< a value that its storage format cannot hold
    cancelled,         ///< the caller asked to stop
};

/// `message` reads: problem (why it is one) suggestion. It names the file, tensor or option.
struct error {
    errc code;
    std::string message;
};

/// Either a `T` or an `error`. Asking for the wrong one is a contract violation.
template <class T> class [[nodiscard]] result {
  public:
    result(T value) : state_{std::in_place_index<0>, std::move(value)} {}  // NOLINT

    result(gradus::error failure) : state_{std::in_place_index<1>, std::move(failure)} {}  // NOLINT

    [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }

    explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] T& value() & { return *checked(); }

    [[nodiscard]] const T& value() const& { return *const_cast<result*>(this)->checked(); }

    [[nodiscard]] T&& value() && { return std::move(*checked()); }

    [[nodiscard]] const gradus::error& error() const {
        const auto* failure = std::get_if<1>(&state_);
        if (failure == nullptr) {
            contract_failed("result", "error() of a success", __FILE__, __LINE__);
        }
        return *failure;
    }

    T* operator->() { return checked(); }

    const T* operator->() const { return const_cast<result*>(this)->checked(); }

    T& operator*() & { return *checked(); }

    const T& operator*() const& { return *const_cast<result*>(this)->checked(); }

  private:
    /// Always checked: reading a value that is not there would be a silent error.
    T* checked() {
        auto* value = std::get_if<0>(&state_);
        if (value == nullptr) {
            contract_failed("result", std::get_if<1>(&state_)->message.c_str(), __FILE__, __LINE__);
        }
        return value;
    }

    std::variant<T, gradus::error> state_;
};

/// Success without a value.
struct done {};

using status = result<done>;

}  // namespace GRADUS_ISA
}  // namespace gradus

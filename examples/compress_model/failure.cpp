// SPDX-License-Identifier: MIT
// Messages to stderr, errors to exit codes.
#include "failure.hpp"

#include <iostream>

namespace compress_model {

using namespace gradus;

namespace {

exit_code code_of(const error& failure) {
    switch (failure.code) {
    case errc::no_effect:
        return no_effect;
    case errc::invalid_argument:
    case errc::out_of_range:
        return usage;
    case errc::io:
        return no_output;
    default:
        return bad_input;
    }
}

}  // namespace

int fail(exit_code code, const std::string& message) {
    std::cerr << "compress_model: " << message << '\n';
    return code;
}

int fail(const error& failure) {
    return fail(code_of(failure), failure.message);
}

}  // namespace compress_model

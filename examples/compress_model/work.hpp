// SPDX-License-Identifier: MIT
// Everything that one invocation carries along.
#pragma once

#include "report.hpp"
#include "session.hpp"

#include <gradus/allocation/guard_rails.hpp>

#include <filesystem>
#include <span>

namespace compress_model {

struct work {
    session& job;
    report& measured;
    std::filesystem::path place;        ///< of the packed models
    std::optional<stage> scaling = {};  ///< the search of scales, once it is done

    /// Reports findings, each once.
    void note(std::span<const gradus::finding> findings);
};

/// A name as a directory's: no blanks, no colons.
[[nodiscard]] std::string directory_name(std::string name);

}  // namespace compress_model

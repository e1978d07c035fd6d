// SPDX-License-Identifier: MIT
// Where results go: checked before any work, written at the end.
#pragma once

#include "options.hpp"
#include "report.hpp"

#include <gradus/core/result.hpp>

#include <string>

namespace quantize_model {

/// Everything that can be wrong with the places of results, before any work.
[[nodiscard]] gradus::status check_places(const options& wanted);

/// Report and plot, as far as they are wanted.
[[nodiscard]] gradus::status write_results(const report& measured, const options& wanted);

/// A directory of its own for the run, removed at the end where the user did not name one.
class workplace {
  public:
    explicit workplace(const std::string& kept);
    workplace(const workplace&) = delete;
    workplace& operator=(const workplace&) = delete;
    ~workplace();

    /// The directory of one scheme; empty where it cannot be made.
    [[nodiscard]] std::string scheme(const std::string& name) const;

  private:
    std::string path_;
    bool temporary_;
};

}  // namespace quantize_model

// SPDX-License-Identifier: MIT
// How long a stage takes.
#pragma once

#include <chrono>

namespace compress_model {

/// Runs from its construction on.
class stopwatch {
  public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(clock::now() - start_).count();
    }

  private:
    using clock = std::chrono::steady_clock;

    clock::time_point start_ = clock::now();
};

}  // namespace compress_model

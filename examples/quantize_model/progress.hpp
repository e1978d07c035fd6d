// SPDX-License-Identifier: MIT
// A progress bar for people: on standard error, where standard output is a terminal, after a
// second.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace quantize_model {

/// Counts steps of one piece of work. `advance` may be called by several threads at once; it costs
/// an atomic addition, and draws at most ten times a second.
class progress {
  public:
    progress(std::string label, std::uint64_t steps);
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    /// Wipes the bar.
    ~progress();

    void advance(std::uint64_t steps = 1);

    /// Says what is being done now.
    void set_label(std::string label);

    /// Wipes the bar, so that a line can be printed; the next `advance` draws it again.
    void hide();

  private:
    using clock = std::chrono::steady_clock;

    void draw(clock::time_point now);

    std::string label_;
    std::uint64_t steps_;
    bool visible_;  ///< somebody is watching
    bool drawn_ = false;
    clock::time_point start_;
    std::atomic<clock::rep> next_draw_;
    std::atomic<std::uint64_t> done_ = 0;
    std::mutex mutex_;
};

}  // namespace quantize_model

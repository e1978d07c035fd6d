// SPDX-License-Identifier: MIT
// Drawing by carriage return and "erase to the end of the line".
#include "progress.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace quantize_model {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 1s;  // shorter work gets no bar
constexpr auto interval = 100ms;
constexpr int width = 30;

}  // namespace

progress::progress(std::string label, std::uint64_t steps)
    : label_{std::move(label)},
      steps_{std::max<std::uint64_t>(steps, 1)},
      visible_{isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1},
      start_{clock::now()},
      next_draw_{(start_ + patience).time_since_epoch().count()} {}

progress::~progress() {
    hide();
}

void progress::set_label(std::string label) {
    const std::lock_guard lock{mutex_};
    label_ = std::move(label);
}

void progress::hide() {
    const std::lock_guard lock{mutex_};
    if (drawn_) { std::fputs("\r\033[K", stderr); }
    drawn_ = false;
}

void progress::advance(std::uint64_t steps) {
    done_.fetch_add(steps, std::memory_order_relaxed);
    if (!visible_) { return; }
    const clock::time_point now = clock::now();
    clock::rep due = next_draw_.load(std::memory_order_relaxed);
    if (now.time_since_epoch().count() < due) { return; }
    const clock::rep later = (now + interval).time_since_epoch().count();
    // Whoever moves the due time on draws; the others go on working.
    if (next_draw_.compare_exchange_strong(due, later, std::memory_order_relaxed)) { draw(now); }
}

void progress::draw(clock::time_point now) {
    const std::lock_guard lock{mutex_};
    const double part = std::min(1.0, static_cast<double>(done_.load(std::memory_order_relaxed)) /
                                          static_cast<double>(steps_));
    const double spent = std::chrono::duration<double>(now - start_).count();
    const int left = part > 0.0 ? static_cast<int>(spent / part * (1.0 - part) + 0.5) : 0;
    const int full = static_cast<int>(part * width);
    const std::string bar = std::string(static_cast<std::size_t>(full), '#') +
                            std::string(static_cast<std::size_t>(width - full), '.');
    std::fprintf(stderr, "\r[%s] %3d %%  %d:%02d left  %.60s\033[K", bar.c_str(),
                 static_cast<int>(100.0 * part), left / 60, left % 60, label_.c_str());
    std::fflush(stderr);
    drawn_ = true;
}

}  // namespace quantize_model

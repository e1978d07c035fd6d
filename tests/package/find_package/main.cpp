// SPDX-License-Identifier: MIT
// Uses an installed gradus.
#include <gradus/core/half.hpp>
#include <gradus/core/result.hpp>
#include <gradus/core/thread_pool.hpp>

#include <atomic>
#include <cstdio>

int main() {
    gradus::thread_pool pool{2};
    std::atomic<int> sum = 0;
    pool.for_each(10, [&](gradus::index_t i) { sum += static_cast<int>(i); });
    const gradus::result<float> half = gradus::f16::from(0.1f).value();
    std::printf("%s %d %a\n", gradus::isa_name, sum.load(), static_cast<double>(half.value()));
    return sum == 45 ? 0 : 1;
}

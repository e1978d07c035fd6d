// SPDX-License-Identifier: MIT
// Bytes are asked for once each, in the order of the runs.
#include <gradus/kernels/kv_read_ahead.hpp>

#include <doctest/doctest.h>

#include <vector>

using gradus::index_t;

TEST_CASE("pieces of any size go through all runs in order, then give way") {
    const std::vector<std::byte> bytes(1000);
    const std::byte* const begin = bytes.data();
    const std::byte other{};
    for (const index_t step : {index_t{1}, index_t{7}, index_t{64}, index_t{1000}}) {
        gradus::kv_read_ahead ahead;
        CHECK(ahead.take(step, &other) == &other);
        ahead.add({begin + 500, 300});
        ahead.add({begin, 0});
        ahead.add({begin + 100, 250});
        CHECK(ahead.count() == 3);
        for (const auto& [from, size] : {std::pair{500, 300}, std::pair{100, 250}}) {
            for (index_t done = 0; done < index_t(size); done += step) {
                CHECK(ahead.take(step, &other) == begin + from + done);
            }
        }
        CHECK(ahead.take(step, &other) == &other);
        ahead.clear();
        CHECK(ahead.count() == 0);
        CHECK(ahead.take(step, &other) == &other);
    }
}

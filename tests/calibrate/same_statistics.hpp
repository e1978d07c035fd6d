// SPDX-License-Identifier: MIT
// Are two statistics equal to the last bit?
#pragma once

#include <gradus/calibrate/input_statistics.hpp>

#include <cstring>
#include <span>

namespace gradus::test {

template <class T> bool same_bytes(std::span<const T> a, std::span<const T> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

template <class T> bool same_values(const input_statistics<T>& a, const input_statistics<T>& b) {
    const channel_moments& m = a.moments();
    const channel_moments& n = b.moments();
    return a.parts() == b.parts() && a.tokens() == b.tokens() && same_bytes(m.mean(), n.mean()) &&
           same_bytes(m.squares(), n.squares()) && same_bytes(m.magnitudes(), n.magnitudes()) &&
           (!a.parts().products || same_bytes(a.products().entries(), b.products().entries())) &&
           (!a.parts().cross || same_bytes(a.cross().entries(), b.cross().entries()));
}

template <class T>
bool same_statistics(const input_statistics<T>& a, const input_statistics<T>& b) {
    return a.name() == b.name() && a.batches() == b.batches() && same_values(a, b);
}

}  // namespace gradus::test

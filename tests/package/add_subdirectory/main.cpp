// SPDX-License-Identifier: MIT
// Uses a gradus that is part of the user's own tree.
#include <gradus/core/half.hpp>
#include <gradus/core/random.hpp>

#include <cstdio>

int main() {
    const auto key = gradus::random_key::of(1);
    const float x = gradus::bf16::from(static_cast<float>(key.uniform(0))).value();
    std::printf("%s %a\n", gradus::isa_name, static_cast<double>(x));
    return x >= 0 && x <= 1 ? 0 : 1;
}

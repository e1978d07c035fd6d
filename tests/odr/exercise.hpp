// SPDX-License-Identifier: MIT
// Uses as much of the library as it can, so that its bodies are emitted where they can be.
//
// To extend: write one `inline` function template or function below that uses the new thing, and
// call it from `exercise()`. Functions here are tagged, as those of a user with two instruction
// sets must be; what is handed to the library as a type (functors, elements) should be untagged or
// a function pointer, as a tagged type would hide an untagged template that it is an argument of.
#pragma once

#include <gradus/core/aligned_buffer.hpp>
#include <gradus/core/config.hpp>
#include <gradus/core/contract.hpp>
#include <gradus/core/executor.hpp>
#include <gradus/core/half.hpp>
#include <gradus/core/label.hpp>
#include <gradus/core/matrix_view.hpp>
#include <gradus/core/random.hpp>
#include <gradus/core/result.hpp>
#include <gradus/core/thread_pool.hpp>

#include <atomic>
#include <cstdint>

namespace exercise {

/// Read and written through `volatile`, so that the optimiser cannot fold the exercise away.
inline volatile float input = 1.5f;

inline std::atomic<unsigned> visits = 0;

inline namespace GRADUS_ISA {

/// Adds up whatever is fed to it.
struct digest {
    std::uint64_t word = 0;

    void feed(std::uint64_t x) { word = gradus::mix64(word ^ x); }
};

inline void halves(digest& sum) {
    sum.feed(gradus::f16::from(input).bits);
    sum.feed(gradus::bf16::from(input).bits);
    sum.feed(static_cast<std::uint64_t>(gradus::f16{0x4200}.value() * input));
    sum.feed(static_cast<std::uint64_t>(gradus::bf16{0x4040}.value() * input));
}

inline void random_numbers(digest& sum) {
    const auto key = gradus::random_key::of(static_cast<std::uint64_t>(input), 2, 3);
    sum.feed(key.bits(1));
    sum.feed(static_cast<std::uint64_t>(key.uniform(2) * 0x1p53));
    sum.feed(key.below(100, 3));
}

inline void labels(digest& sum) {
    gradus::label name;
    name.append("grid");
    const gradus::label longer = name + "_" + static_cast<unsigned>(input);
    sum.feed(longer.view().size());
}

inline void views(digest& sum) {
    float data[6] = {input, 2, 3, 4, 5, 6};
    gradus::matrix_view<float> empty;
    const gradus::matrix_view<float> m{data, 2, 3};
    empty = m.block(1, 1);
    const gradus::weights_view w = empty;
    sum.feed(static_cast<std::uint64_t>(w(0, 1) + w.row(0)[2]) + w.size() + m.size());
}

inline void buffers(digest& sum) {
    gradus::aligned_buffer a{static_cast<std::size_t>(input) + 99};
    gradus::aligned_buffer b = a;
    b.bytes()[0] = std::byte{7};
    a = std::move(b);
    sum.feed(a.size() + static_cast<std::uint64_t>(a.bytes()[0]));
}

inline gradus::status check(float x) {
    if (x < 0) { return gradus::error{gradus::errc::out_of_range, "negative"}; }
    return gradus::done{};
}

inline void results(digest& sum) {
    const auto good = check(input);
    const auto bad = check(-input);
    sum.feed(good.has_value() ? 1 : 0);
    sum.feed(bad.error().message.size());
    gradus::result<float> number = float{input};
    sum.feed(static_cast<std::uint64_t>(*number + number.value()));
}

inline void loops(digest& sum) {
    const auto before = visits.load();
    void (*visit)(gradus::index_t) = [](gradus::index_t) { ++visits; };
    gradus::serial{}.for_each(3, visit);
    gradus::thread_pool pool{2};
    pool.for_each(5, visit);
    sum.feed(visits.load() - before);
}

/// The same number on every instruction set.
inline std::uint64_t all() {
    digest sum;
    halves(sum);
    random_numbers(sum);
    labels(sum);
    views(sum);
    buffers(sum);
    results(sum);
    loops(sum);
    return sum.word;
}

}  // namespace GRADUS_ISA
}  // namespace exercise

// SPDX-License-Identifier: MIT
// Codes of a block: the fast paths have the bytes of the packings' definitions.
#include "seed.hpp"

#include <gradus/core/random.hpp>
#include <gradus/kernels/block_codes.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace {

using namespace gradus;

constexpr std::byte guard{0x5a};

/// Blocks of every size: packed, unpacked, and untouched beyond their ends.
template <class P> int faults_of_sizes() {
    int faults = 0;
    for (index_t n = 0; n <= 700; ++n) {
        const auto key = random_key::of(test::seed(), 0x626c6f636bu, n);
        std::vector<code_t> codes(n + 1, 0xee);
        for (index_t i = 0; i < n; ++i) {
            codes[i] = static_cast<code_t>(key.below(static_cast<std::uint64_t>(P::codes), i));
        }
        const index_t size = P::bytes(n);
        std::vector<std::byte> expected(size + 1, guard);
        P::pack({codes.data(), n}, {expected.data(), size});
        std::vector<std::byte> packed(size + 1, guard);
        block_codes<P>::pack({codes.data(), n}, {packed.data(), size});
        faults += packed != expected;
        std::vector<code_t> back(n + 1, 0xee);
        block_codes<P>::unpack({packed.data(), size}, {back.data(), n});
        faults += back != codes;
    }
    return faults;
}

/// Any bytes, not only those that a packing writes, unpack as by definition.
template <class P> int faults_of_any_bytes() {
    int faults = 0;
    for (const index_t n : std::initializer_list<index_t>{64, 128, 256, 320, 512, 640, 700}) {
        const auto key = random_key::of(test::seed(), 0x6279746573u, n);
        std::vector<std::byte> bytes(P::bytes(n));
        for (index_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::byte>(key.bits(i) & 255u);
        }
        std::vector<code_t> expected(n);
        P::unpack(bytes, expected);
        std::vector<code_t> codes(n);
        block_codes<P>::unpack(bytes, codes);
        faults += codes != expected;
        for (const code_t c : codes) {
            faults += c >= P::codes;
        }
    }
    return faults;
}

/// Two bits a code, first code highest: a packing that no fast path knows.
struct backward_pairs {
    static constexpr std::string_view name = "backward_pairs";
    static constexpr int bits = 2;
    static constexpr int codes = 4;
    static constexpr index_t block = 64;

    static constexpr index_t bytes(index_t n) noexcept { return (n + 3) / 4; }

    static void pack(std::span<const code_t> in, std::span<std::byte> out) noexcept {
        for (index_t i = 0; i < out.size(); ++i) {
            unsigned byte = 0;
            for (index_t j = 4 * i; j < 4 * i + 4; ++j) {
                byte = 4 * byte + (j < in.size() ? in[j] : 0u);
            }
            out[i] = static_cast<std::byte>(byte);
        }
    }

    static void unpack(std::span<const std::byte> in, std::span<code_t> out) noexcept {
        for (index_t i = 0; i < out.size(); ++i) {
            out[i] =
                static_cast<code_t>((static_cast<unsigned>(in[i / 4]) >> (6 - 2 * (i % 4))) & 3u);
        }
    }
};

static_assert(packing<backward_pairs>);

}  // namespace

TEST_CASE_TEMPLATE("blocks of every size hold the bytes of the definition",
                   P,
                   bit_planes<1>,
                   bit_planes<2>,
                   bit_planes<3>,
                   bit_planes<4>,
                   bit_planes<5>,
                   bit_planes<6>,
                   bit_planes<7>,
                   bit_planes<8>,
                   base3,
                   backward_pairs) {
    INFO("GRADUS_SEED=", test::seed());
    CHECK(faults_of_sizes<P>() == 0);
    CHECK(faults_of_any_bytes<P>() == 0);
}

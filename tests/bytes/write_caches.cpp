// SPDX-License-Identifier: MIT
// Prints a hash of the bytes of packed caches, of every kind of policy, rotation and chooser. All
// builds must print the same.
#include <gradus/cache/kv_serial.hpp>
#include <gradus/rotation/randomized_hadamard.hpp>

#include <cstdio>
#include <vector>

namespace {

using namespace gradus;

constexpr index_t heads = 2;
constexpr index_t width = 40;
constexpr index_t tokens = 150;

std::vector<float> noise(std::uint64_t stream) {
    const random_key key = random_key::of(1, stream);
    std::vector<float> values(tokens * 2 * heads * width);
    for (index_t i = 0; i < values.size(); ++i) {
        const double wide = key.uniform(2 * i) * key.uniform(2 * i + 1);
        values[i] = static_cast<float>(i % width == 3 ? 20.0 + wide : 4.0 * wide - 1.0);
    }
    return values;
}

/// Widths from the attention that tokens got while they were recent, and from their values.
struct attended_widths {
    static constexpr std::string_view name = "attended_widths";

    void operator()(std::span<const kv_block_values> layers,
                    matrix_view<std::uint8_t> widths) const {
        const kv_block_values& block = layers[0];
        for (index_t u = 0; u < widths.cols; ++u) {
            float most = 0.0f;
            for (index_t t = 0; t < block.attention.cols; ++t) {
                most += block.attention(block.shape.head_of(u), t);
            }
            const auto steps = static_cast<std::uint32_t>(most * 1e6f);
            widths(0, u) = static_cast<std::uint8_t>((steps + u) % 9);
        }
    }
};

std::uint64_t hash_of(std::span<const std::byte> bytes) {
    std::uint64_t hash = bytes.size();
    for (const std::byte b : bytes) {
        hash = mix64(hash ^ static_cast<std::uint64_t>(b));
    }
    return hash;
}

template <class Options> void print(const char* name, any_vectors how, Options options) {
    options.block = 16;
    options.sinks = 3;
    options.window = 20;
    using cache_type = packed_cache<any_vectors, any_vectors, Options>;
    cache_type cache{{heads, width, tokens}, how, how, options};
    const auto k = noise(1);
    const auto v = noise(2);
    const auto q = noise(3);
    std::vector<float> out(2 * heads * width);
    for (index_t t = 0; t < tokens; ++t) {
        const auto row = [&](const std::vector<float>& x) {
            return weights_view{&x[t * heads * width], 1, heads * width};
        };
        if (!cache.append(row(k), row(v))) { std::printf("refused\n"); }
        if (options.track_attention) {
            cache.attend_as_defined({&q[t * 2 * heads * width], 1, 2 * heads * width},
                                    {out.data(), 1, out.size()});
        }
    }
    std::vector<std::byte> bytes(kv_serial<cache_type>::size_in_bytes(cache));
    kv_serial<cache_type>::write(cache, bytes);
    std::printf("cache: %s %016llx\n", name, static_cast<unsigned long long>(hash_of(bytes)));
}

}  // namespace

int main() {
    for (const kv_vectors vectors : {kv_vectors::channel, kv_vectors::token}) {
        for (const bool centered : {false, true}) {
            for (const double share : {0.0, 0.1}) {
                for (int bits = 0; bits <= 8; ++bits) {
                    const any_vectors how{{vectors, centered, 16, share}, {}};
                    kv_options<> plain;
                    plain.chooser = {bits, 8 - bits};
                    print("plain", how, plain);
                    kv_options<float, randomized_hadamard> turned;
                    turned.chooser = {bits, 8 - bits};
                    turned.rotate_values = true;
                    print("turned", {how.how, {kv_normalization::range, 6}}, turned);
                    plain.key_codebooks = plain.value_codebooks = normal_codebooks(heads);
                    print("moments", {how.how, {kv_normalization::moments, 4}}, plain);
                    print("extreme", {how.how, {kv_normalization::extreme, 0}}, plain);
                }
                kv_options<float, identity, attended_widths> attended;
                attended.track_attention = true;
                print("attended", {{vectors, centered, 16, share}, {}}, attended);
            }
        }
    }
}

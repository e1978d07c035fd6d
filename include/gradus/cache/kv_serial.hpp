// SPDX-License-Identifier: MIT
// A packed cache as bytes: a header of fixed size, then every byte that it has allocated.
#pragma once

#include <gradus/cache/check_kv_block.hpp>
#include <gradus/cache/packed_cache.hpp>

#include <array>
#include <cstring>
#include <string>

namespace gradus {
inline namespace GRADUS_ISA {

/// Bytes: 16 words of 64 bits, little-endian (see `header`), then sinks and recent tokens with
/// their empty slots, then for each block its width fields and its units.
template <class Cache> class kv_serial {
  public:
    static constexpr index_t header_words = 16;
    static constexpr index_t header_bytes = 8 * header_words;

    [[nodiscard]] static index_t size_in_bytes(const Cache& cache) {
        return header_bytes + cache.size_in_bytes();
    }

    /// `bytes` are as many as `size_in_bytes` says.
    static void write(const Cache& cache, std::span<std::byte> bytes) {
        GRADUS_EXPECT(bytes.size() == size_in_bytes(cache));
        const header words = header_of(cache);
        std::memcpy(bytes.data(), words.data(), header_bytes);
        bytes = bytes.subspan(header_bytes);
        const auto put = [&](std::span<const std::byte> part) {
            std::copy(part.begin(), part.end(), bytes.begin());
            bytes = bytes.subspan(part.size());
        };
        put(cache.sinks_.bytes());
        put(cache.recent_.bytes());
        for (const aligned_buffer& block : cache.blocks_) {
            const index_t units = block.size() - cache.shape_.field_bytes();
            put(block.bytes().subspan(units));
            put(block.bytes().first(units));
        }
    }

    /// Puts the bytes into a cache of the same shape, policies, options and codebooks; whatever it
    /// held is gone. On an error it is as it was.
    /// Errors: malformed: another format or length, impossible counts or widths, numbers that are
    ///         not finite; invalid_argument: a cache of another configuration.
    [[nodiscard]] static status read(std::span<const std::byte> bytes, Cache& cache) {
        if (bytes.size() < header_bytes) { return malformed("is shorter than its header"); }
        header words{};
        std::memcpy(words.data(), bytes.data(), header_bytes);
        header expected = header_of(cache);
        if (words[0] != expected[0]) { return malformed("has another format"); }
        std::copy_n(words.begin() + first_count, counts, expected.begin() + first_count);
        if (words != expected) {
            return error{errc::invalid_argument,
                         "stored cache has another shape, policy or codebook than this one"};
        }
        Cache fresh = cache;
        fresh.reset();
        if (const auto fault = fill(words, bytes.subspan(header_bytes), fresh); !fault) {
            return fault.error();
        }
        cache = std::move(fresh);
        return done{};
    }

  private:
    using header = std::array<std::uint64_t, header_words>;
    static constexpr index_t first_count = 12;
    static constexpr index_t counts = 4;  // sinks, recent, blocks, tail

    [[nodiscard]] static error malformed(const std::string& problem) {
        return {errc::malformed, "stored cache " + problem + ". Truncated or damaged file?"};
    }

    [[nodiscard]] static std::uint64_t cut_word(const kv_cut& cut) {
        return (cut.vectors == kv_vectors::channel ? 1u : 0u) | (cut.centered ? 2u : 0u) |
               (std::uint64_t{cut.group} << 8);
    }

    [[nodiscard]] static std::uint64_t outlier_word(const kv_cut& cut) {
        return std::bit_cast<std::uint64_t>(cut.outlier_share);
    }

    /// A hash of what the codes of the layer mean besides the header.
    [[nodiscard]] static std::uint64_t meaning(const Cache& cache) {
        std::uint64_t hash = mix64(sizeof(typename Cache::float_type));
        const auto add = [&](std::uint64_t word) { hash = mix64(hash ^ word); };
        using rotation_type = typename Cache::options_type::rotation_type;
        for (const char c : std::string_view{rotation_type::name}) {
            add(static_cast<std::uint64_t>(c));
        }
        if constexpr (requires { cache.options_.rotation.seed; }) {
            add(cache.options_.rotation.seed);
        }
        add(cache.options_.rotate_values ? 1 : 0);
        for (const auto& books : {cache.options_.key_codebooks, cache.options_.value_codebooks}) {
            add(books == nullptr ? 0 : books->hash());
        }
        return hash;
    }

    [[nodiscard]] static header header_of(const Cache& cache) {
        const kv_block_shape& shape = cache.shape_;
        return {0x315f766b5f647267u,  // "grd_kv_1"
                shape.heads,
                shape.width,
                cache.capacity_,
                shape.tokens,
                cache.sinks_.slots(),
                cache.options_.window | (std::uint64_t{cache.recent_.slots()} << 32),
                cut_word(shape.keys),
                cut_word(shape.values),
                outlier_word(shape.keys),
                outlier_word(shape.values),
                meaning(cache),
                cache.sinks_.count(),
                cache.recent_.count(),
                cache.blocks_.size(),
                cache.tail_};
    }

    /// Whether such numbers of tokens can come from appending and truncating.
    [[nodiscard]] static bool plausible(const header& words, const Cache& cache) {
        const index_t tokens = cache.shape_.tokens;
        const auto [sinks, recent, blocks, tail] =
            std::array{words[12], words[13], words[14], words[15]};
        if (sinks > cache.sinks_.slots() || recent > cache.recent_.slots()) { return false; }
        if (tail >= tokens || tail > recent || (tail != 0 && blocks == 0)) { return false; }
        if (blocks > cache.capacity_ / tokens + 1) { return false; }
        if (sinks < cache.sinks_.slots() && recent + blocks != 0) { return false; }
        const index_t full = blocks - (tail != 0 ? 1 : 0);
        return sinks + recent + full * tokens <= cache.capacity_;
    }

    [[nodiscard]] static status
    fill(const header& words, std::span<const std::byte> bytes, Cache& cache) {
        if (!plausible(words, cache)) { return malformed("has impossible counts of tokens"); }
        if (!fill_rows(cache.sinks_, words[12], bytes) ||
            !fill_rows(cache.recent_, words[13], bytes)) {
            return malformed("has bad float tokens");
        }
        for (index_t b = 0; b < words[14]; ++b) {
            const bool last = b + 1 == words[14];
            const index_t tokens = last && words[15] != 0 ? words[15] : cache.shape_.tokens;
            auto block = read_kv_block(cache.shape_, tokens, bytes);
            if (!block) { return block.error(); }
            cache.blocks_.push_back(std::move(block).value());
        }
        cache.tail_ = words[15];
        if (!bytes.empty()) { return malformed("goes on behind its end"); }
        return done{};
    }

    /// Takes rows from the front of `bytes`: finite ones, and zeros where there is no token.
    template <class Rows>
    [[nodiscard]] static bool
    fill_rows(Rows& rows, index_t count, std::span<const std::byte>& bytes) {
        if (bytes.size() < rows.bytes().size()) { return false; }
        std::copy_n(bytes.begin(), rows.bytes().size(), rows.bytes().begin());
        bytes = bytes.subspan(rows.bytes().size());
        rows.set_count(count);
        return rows.sound();
    }
};

}  // namespace GRADUS_ISA
}  // namespace gradus

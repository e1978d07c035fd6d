// SPDX-License-Identifier: MIT
// Several sequences in one step: row i of a block of tokens is the next token of sequence i.
#pragma once

#include <gradus/concepts/kv_cache.hpp>
#include <gradus/concepts/position_encoding.hpp>
#include <gradus/core/contract.hpp>

#include <algorithm>
#include <span>

namespace gradus {
inline namespace GRADUS_ISA {

/// The caches of one attention layer, one a sequence, as a cache of such blocks: rows go to, and
/// are answered by, the cache of their own sequence. Owns nothing; lengths may differ.
template <kv_cache Cache> class cache_batch {
  public:
    static constexpr key_storage keys = Cache::keys;

    explicit cache_batch(std::span<Cache> sequences) : sequences_{sequences} {
        GRADUS_EXPECT(!sequences.empty());
    }

    void append(matrix_view<const float> new_keys,      // [sequences, heads * width]
                matrix_view<const float> new_values) {  // [sequences, heads * width]
        GRADUS_EXPECT(new_keys.rows == sequences_.size() && new_values.rows == sequences_.size());
        for (index_t i = 0; i < sequences_.size(); ++i) {
            static_cast<void>(sequences_[i].append(new_keys.block(i, 1), new_values.block(i, 1)));
        }
    }

    void attend(matrix_view<const float> queries,  // [sequences, query heads * width]
                matrix_view<float> out) {          // [sequences, query heads * width]
        GRADUS_EXPECT(queries.rows == sequences_.size() && out.rows == sequences_.size());
        for (index_t i = 0; i < sequences_.size(); ++i) {
            sequences_[i].attend(queries.block(i, 1), out.block(i, 1));
        }
    }

    /// Of the shortest sequence.
    [[nodiscard]] index_t length() const {
        return least([](const Cache& cache) { return cache.length(); });
    }

    /// Of the cache that holds least.
    [[nodiscard]] index_t capacity() const {
        return least([](const Cache& cache) { return cache.capacity(); });
    }

    /// Of all caches together.
    [[nodiscard]] index_t size_in_bytes() const {
        index_t sum = 0;
        for (const Cache& cache : sequences_) {
            sum += cache.size_in_bytes();
        }
        return sum;
    }

    /// Cuts every sequence to the same length.
    void truncate(index_t length) {
        for (Cache& cache : sequences_) {
            cache.truncate(length);
        }
    }

    void reset() {
        for (Cache& cache : sequences_) {
            cache.reset();
        }
    }

  private:
    template <class Number> [[nodiscard]] index_t least(Number&& number) const {
        index_t smallest = number(sequences_[0]);
        for (const Cache& cache : sequences_) {
            smallest = std::min(smallest, number(cache));
        }
        return smallest;
    }

    std::span<Cache> sequences_;
};

/// A position encoding for such blocks: row i stands behind what cache i holds, whatever `first`
/// says. Owns nothing.
template <position_encoding Position, kv_cache Cache> class position_batch {
  public:
    static constexpr std::string_view name = Position::name;

    position_batch(const Position& position, std::span<const Cache> sequences)
        : position_{&position}, sequences_{sequences} {}

    [[nodiscard]] index_t positions() const { return position_->positions(); }

    void at_input(matrix_view<float> x, index_t /*first*/) const {  // x [sequences, width]
        GRADUS_EXPECT(x.rows == sequences_.size());
        for (index_t i = 0; i < sequences_.size(); ++i) {
            position_->at_input(x.block(i, 1), sequences_[i].length());
        }
    }

    void at_heads(matrix_view<float> x,  // [sequences, heads * width]
                  index_t width,
                  index_t /*first*/) const {
        GRADUS_EXPECT(x.rows == sequences_.size());
        for (index_t i = 0; i < sequences_.size(); ++i) {
            position_->at_heads(x.block(i, 1), width, sequences_[i].length());
        }
    }

  private:
    const Position* position_;
    std::span<const Cache> sequences_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// The codebooks of a layer's keys or values: one a head and width.
#pragma once

#include <gradus/core/half.hpp>
#include <gradus/core/random.hpp>
#include <gradus/kernels/kv_decode.hpp>
#include <gradus/mapping/normal_levels.hpp>

#include <algorithm>
#include <bit>
#include <memory>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Heads and widths without a codebook use evenly spaced codes. Levels are kept as f16 values; a
/// stored codebook takes two bytes a level. Shared by all caches of the layer; counted once, apart
/// from their bytes.
class kv_codebooks {
  public:
    explicit kv_codebooks(index_t heads) : heads_{heads}, levels_(heads * stride) {}

    kv_codebooks(const kv_codebooks& other) : kv_codebooks{other.heads_} { *this = other; }

    kv_codebooks& operator=(const kv_codebooks& other) {
        heads_ = other.heads_;
        levels_ = other.levels_;
        known_ = other.known_;
        stored_ = other.stored_;
        link();
        return *this;
    }

    /// `stored` false: the levels follow from a formula and cost no bytes.
    void set(index_t head, int width, floats levels, bool stored = true) {  // levels [2^width]
        GRADUS_EXPECT(head < heads_ && 1 <= width && width <= 8);
        GRADUS_EXPECT(levels.size() == index_t{1} << width);
        GRADUS_EXPECT(std::is_sorted(levels.begin(), levels.end()));
        float* to = &levels_[head * stride + offset(width)];
        std::transform(levels.begin(), levels.end(), to,
                       [](float x) { return f16::from(x).value(); });
        known_.resize(heads_ * 9);
        stored_.resize(heads_ * 9);
        known_[head * 9 + static_cast<index_t>(width)] = 1;
        stored_[head * 9 + static_cast<index_t>(width)] = stored ? 1 : 0;
        link();
    }

    [[nodiscard]] index_t heads() const noexcept { return heads_; }

    [[nodiscard]] std::span<const kv_levels> levels() const { return table_; }

    /// Of the stored ones, two bytes a level.
    [[nodiscard]] index_t size_in_bytes() const {
        index_t total = 0;
        for (index_t i = 0; i < stored_.size(); ++i) {
            if (stored_[i] != 0) { total += index_t{2} << (i % 9); }
        }
        return total;
    }

    /// Of all levels and their places.
    [[nodiscard]] std::uint64_t hash() const {
        std::uint64_t word = mix64(heads_);
        for (index_t i = 0; i < levels_.size(); ++i) {
            word = mix64(word ^ std::bit_cast<std::uint32_t>(levels_[i]));
        }
        for (const std::uint8_t known : known_) {
            word = mix64(word ^ known);
        }
        return word;
    }

  private:
    static constexpr index_t stride = 512;  // levels of the widths 1 to 8 of a head: 2 + ... + 256

    [[nodiscard]] static index_t offset(int width) { return (index_t{1} << width) - 2; }

    void link() {
        table_.assign(heads_, kv_levels{});
        for (index_t i = 0; i < known_.size(); ++i) {
            if (known_[i] == 0) { continue; }
            const auto width = static_cast<int>(i % 9);
            table_[i / 9].of_width[i % 9] = &levels_[i / 9 * stride + offset(width)];
        }
    }

    index_t heads_;
    std::vector<float> levels_;        // [heads, stride]
    std::vector<std::uint8_t> known_;  // [heads, 9]
    std::vector<std::uint8_t> stored_;
    std::vector<kv_levels> table_;  // [heads]
};

/// Null: evenly spaced codes everywhere.
using shared_codebooks = std::shared_ptr<const kv_codebooks>;

/// Levels of a standard normal variable for every head and the widths 1 to 8; to be used with
/// kv_normalization::moments. They cost no bytes.
template <normal_placement Placement = normal_placement::lloyd>
[[nodiscard]] shared_codebooks normal_codebooks(index_t heads) {
    auto books = std::make_shared<kv_codebooks>(heads);
    const auto add = [&](int width, floats levels) {
        for (index_t head = 0; head < heads; ++head) {
            books->set(head, width, levels, false);
        }
    };
    add(1, normal_levels<1, Placement>);
    add(2, normal_levels<2, Placement>);
    add(3, normal_levels<3, Placement>);
    add(4, normal_levels<4, Placement>);
    add(5, normal_levels<5, Placement>);
    add(6, normal_levels<6, Placement>);
    add(7, normal_levels<7, Placement>);
    add(8, normal_levels<8, Placement>);
    return books;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

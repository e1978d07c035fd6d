// SPDX-License-Identifier: MIT
// Keys and values of consecutive tokens as floats: the sinks and the recent tokens of a cache.
#pragma once

#include <gradus/kernels/kv_attention.hpp>
#include <gradus/kernels/kv_fit.hpp>
#include <gradus/simd/round_f16.hpp>
#include <gradus/simd/widen_f16.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

namespace gradus {
inline namespace GRADUS_ISA {

/// Room for `slots` tokens, allocated at construction: keys [heads, slots, width], then values.
/// Slots that hold no token are zero, so that equal contents are equal bytes.
template <class Float> class kv_float_rows {
  public:
    static_assert(std::is_same_v<Float, float> || std::is_same_v<Float, f16>);

    kv_float_rows(index_t heads, index_t slots, index_t width)
        : heads_{heads},
          slots_{slots},
          width_{width},
          buffer_{2 * heads * slots * width * sizeof(Float)} {}

    [[nodiscard]] index_t count() const noexcept { return count_; }

    [[nodiscard]] index_t slots() const noexcept { return slots_; }

    [[nodiscard]] bool full() const noexcept { return count_ == slots_; }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return buffer_.bytes(); }

    /// For readers: overwrites everything; the slots from `count` on must be zero.
    [[nodiscard]] std::span<std::byte> bytes() noexcept { return buffer_.bytes(); }

    void set_count(index_t count) {
        GRADUS_EXPECT(count <= slots_);
        count_ = count;
    }

    /// One token, heads side by side.
    void push(const float* keys, const float* values) {  // [heads * width] each
        GRADUS_EXPECT(!full());
        for (index_t head = 0; head < heads_; ++head) {
            store(keys + head * width_, row(kv_kind::key, head, count_));
            store(values + head * width_, row(kv_kind::value, head, count_));
        }
        ++count_;
    }

    /// Token `t` as floats, heads side by side.
    void read(index_t t, float* keys, float* values) const {  // [heads * width] each
        GRADUS_EXPECT(t < count_);
        for (index_t head = 0; head < heads_; ++head) {
            load(row(kv_kind::key, head, t), keys + head * width_);
            load(row(kv_kind::value, head, t), values + head * width_);
        }
    }

    /// Forgets the oldest `n` tokens.
    void drop_front(index_t n) {
        GRADUS_EXPECT(n <= count_);
        each_plane([&](Float* plane) {
            std::copy(plane + n * width_, plane + count_ * width_, plane);
            std::fill_n(plane + (count_ - n) * width_, n * width_, Float{});
        });
        count_ -= n;
    }

    /// Keeps the oldest `n` tokens.
    void keep_front(index_t n) {
        GRADUS_EXPECT(n <= count_);
        each_plane(
            [&](Float* plane) { std::fill_n(plane + n * width_, (count_ - n) * width_, Float{}); });
        count_ = n;
    }

    /// Whether tokens are finite and empty slots zero.
    [[nodiscard]] bool sound() const {
        for (index_t plane = 0; plane < 2 * heads_; ++plane) {
            const Float* x = row(kv_kind::key, plane, 0);
            for (index_t i = 0; i < slots_ * width_; ++i) {
                const float v = as_float(x[i]);
                if (!std::isfinite(v) || (i >= count_ * width_ && v != 0.0f)) { return false; }
            }
        }
        return true;
    }

    /// All but the oldest `skipped` tokens.
    [[nodiscard]] kv_rows<Float> view(index_t skipped = 0) const {
        const Float* keys = row(kv_kind::key, 0, skipped);
        return {keys, keys + heads_ * slots_ * width_, slots_, count_ - skipped};
    }

  private:
    template <class F> void each_plane(F&& f) {
        for (index_t plane = 0; plane < 2 * heads_; ++plane) {
            f(row(kv_kind::key, plane, 0));
        }
    }

    [[nodiscard]] Float* row(kv_kind kind, index_t head, index_t token) {
        return const_cast<Float*>(std::as_const(*this).row(kind, head, token));
    }

    [[nodiscard]] const Float* row(kv_kind kind, index_t head, index_t token) const {
        const index_t plane = kind == kv_kind::key ? head : heads_ + head;
        const auto* all =
            static_cast<const Float*>(static_cast<const void*>(buffer_.bytes().data()));
        return all + (plane * slots_ + token) * width_;
    }

    void store(const float* from, float* to) const { std::copy_n(from, width_, to); }

    void load(const float* from, float* to) const { std::copy_n(from, width_, to); }

    void store(const float* from, f16* to) const {
        constexpr float largest = 65504.0f;
        index_t d = 0;
        for (; d + simd::lanes <= width_; d += simd::lanes) {
            const auto x = simd::f32x16::load(from + d);
            simd::store_f16(least(greatest(x, simd::f32x16(-largest)), simd::f32x16(largest)),
                            static_cast<std::byte*>(static_cast<void*>(to + d)));
        }
        for (; d < width_; ++d) {
            to[d] = finite_f16(from[d]);
        }
    }

    void load(const f16* from, float* to) const {
        index_t d = 0;
        for (; d + simd::lanes <= width_; d += simd::lanes) {
            simd::load_f16(static_cast<const std::byte*>(static_cast<const void*>(from + d)))
                .store(to + d);
        }
        for (; d < width_; ++d) {
            to[d] = from[d].value();
        }
    }

    index_t heads_;
    index_t slots_;
    index_t width_;
    index_t count_ = 0;
    aligned_buffer buffer_;
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// A cache that packs keys and values while they stream in, and is attended on without unpacking.
#pragma once

#include <gradus/cache/cache_shape.hpp>
#include <gradus/cache/check_kv_input.hpp>
#include <gradus/cache/kv_float_rows.hpp>
#include <gradus/cache/kv_options.hpp>
#include <gradus/cache/kv_packer.hpp>
#include <gradus/cache/kv_policy.hpp>
#include <gradus/cache/kv_seat.hpp>
#include <gradus/concepts/kv_cache.hpp>
#include <gradus/core/result.hpp>

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// The cache of one layer and one sequence. In the order of tokens: the first `sinks` as floats,
/// blocks of `block` tokens packed as KeyPolicy and ValuePolicy say, and the recent tokens as
/// floats. When `window + block` tokens are recent, the oldest `block` of them are packed.
///
/// Nothing stored for a token depends on later tokens, except that tokens of a block share scales
/// and widths, which are fixed when the block is packed and never change (with `pack_tail` those of
/// the last block that is not full are fixed anew with each append). `truncate` into a packed block
/// unpacks what remains of it: those tokens are recent again, as `Float`, and are quantized a
/// second time with the next block.
///
/// Memory: sinks and recent tokens are allocated at construction, each block exactly when it is
///         packed: bounded by `largest_size_in_bytes`. `size_in_bytes` is the sum of these
///         allocations; working memory and codebooks, which sequences share, are not in it.
/// Errors: NaN or infinity, or a magnitude that f16 does not hold, in what is appended: nothing of
///         that call is stored, `append` and from then on `check` return the error, and results
///         are NaN, until `reset` or `truncate`.
template <kv_policy KeyPolicy, kv_policy ValuePolicy, class Options = kv_options<>>
class packed_cache {
  public:
    using options_type = Options;
    using float_type = typename Options::float_type;
    using view_type = kv_view<float_type>;

    static constexpr key_storage keys = key_storage::after_position;

    explicit packed_cache(cache_shape shape,
                          KeyPolicy key_policy = {},
                          ValuePolicy value_policy = {},
                          Options options = {})
        : capacity_{shape.capacity},
          shape_{shape.heads, shape.width, options.block, key_policy.cut(), value_policy.cut()},
          key_fit_{key_policy.fit},
          value_fit_{value_policy.fit},
          options_{std::move(options)},
          sinks_{shape.heads, std::min(options_.sinks, shape.capacity), shape.width},
          recent_{shape.heads, recent_slots(), shape.width},
          packer_{shape_},
          seat_{shape_, recent_.slots(), sinks_.slots(), capacity_, options_.track_attention} {
        GRADUS_EXPECT(shape.heads > 0 && shape.width > 0 && options_.block > 0);
        GRADUS_EXPECT(options_.rotation.accepts(shape.width));
        blocks_.reserve(capacity_ / shape_.tokens + 1);
    }

    /// Adds tokens at the end; heads lie side by side in a row.
    status append(matrix_view<const float> new_keys,      // [tokens, heads * width]
                  matrix_view<const float> new_values) {  // [tokens, heads * width]
        GRADUS_EXPECT(new_keys.rows == new_values.rows && new_keys.cols == new_values.cols);
        GRADUS_EXPECT(new_keys.cols == shape_.heads * shape_.width);
        GRADUS_EXPECT(length() + new_keys.rows <= capacity_);
        if (!fault_) {
            fault_ =
                find_bad_kv_input(options_.layer, length(), shape_, rotates, new_keys, new_values);
        }
        if (fault_) { return *fault_; }
        drop_tail();
        for (index_t t = 0; t < new_keys.rows; ++t) {
            store(new_keys.row(t), new_values.row(t));
            if (options_.hold == 0 && packable()) { pack_oldest(shape_.tokens); }
        }
        if (options_.hold == 0 && options_.pack_tail && waiting() > 0) { pack_oldest(waiting()); }
        return done{};
    }

    /// out = softmax(q K^T / sqrt(width)) V for the last queries.rows tokens, causally. Heads and
    /// pieces of a long cache are shared out by the executor; results do not depend on it. Not the
    /// slow attention of `track_attention`.
    template <executor E = const serial>
    void attend(matrix_view<const float> queries,  // [tokens, query heads * width]
                matrix_view<float> out,            // [tokens, query heads * width]
                E&& threads = serial{}) {
        constexpr bool defined = std::is_same_v<typename Options::scheme_type, defined_attention>;
        if (defined || options_.track_attention) { return attend_as_defined(queries, out); }
        if (!check_queries(queries, out)) { return kv_seat::fill_with_nan(out); }
        seat_.attend(view(), queries, out, typename Options::scheme_type{}, options_.rotation,
                     options_.rotate_values, threads);
    }

    /// The same as kv_attention.hpp defines it: slower, and the same bits on every machine.
    void attend_as_defined(matrix_view<const float> queries,  // [tokens, query heads * width]
                           matrix_view<float> out) {          // [tokens, query heads * width]
        if (!check_queries(queries, out)) { return kv_seat::fill_with_nan(out); }
        for (index_t head = 0; head < shape_.heads; ++head) {
            seat_.attend_as_defined(view(), head, queries, out, options_.rotation,
                                    options_.rotate_values);
        }
    }

    [[nodiscard]] index_t length() const noexcept {
        return sinks_.count() + full_blocks() * shape_.tokens + recent_.count();
    }

    [[nodiscard]] index_t capacity() const noexcept { return capacity_; }

    /// Allocated for keys and values; what `serialize` writes behind its header.
    [[nodiscard]] index_t size_in_bytes() const noexcept {
        index_t total = sinks_.bytes().size() + recent_.bytes().size();
        for (const aligned_buffer& block : blocks_) {
            total += block.size();
        }
        return total;
    }

    /// The size of a full cache whose units are as large as they can be.
    [[nodiscard]] index_t largest_size_in_bytes() const {
        return sinks_.bytes().size() + recent_.bytes().size() +
               (capacity_ / shape_.tokens + 1) * largest_kv_block_bytes(shape_);
    }

    /// Forgets all but the oldest `length` tokens.
    void truncate(index_t length) {
        GRADUS_EXPECT(length <= this->length());
        fault_.reset();
        drop_tail();
        if (length <= sinks_.count()) { sinks_.keep_front(length); }
        const index_t beyond = length - sinks_.count();  // of the sinks
        const index_t packed = blocks_.size() * shape_.tokens;
        if (beyond >= packed) {
            recent_.keep_front(beyond - packed);
            seat_.forget_attention(recent_.count());
            return;
        }
        recent_.keep_front(0);
        seat_.forget_attention(0);
        blocks_.resize((beyond + shape_.tokens - 1) / shape_.tokens);
        if (beyond % shape_.tokens != 0) { unpack_last(beyond % shape_.tokens); }
    }

    /// Forgets all, and the error if there was one.
    void reset() {
        fault_.reset();
        blocks_.clear();
        tail_ = 0;
        sinks_.keep_front(0);
        recent_.keep_front(0);
        seat_.forget_attention(0);
    }

    /// The error of the append that failed, if one has.
    [[nodiscard]] status check() const {
        if (fault_) { return *fault_; }
        return done{};
    }

    /// What attention sees. Valid until the next change.
    [[nodiscard]] view_type view() const {
        const index_t packed = full_blocks() * shape_.tokens + tail_;
        return {shape_,
                sinks_.view(),
                blocks_,
                packed,
                recent_.view(tail_),
                levels_of(options_.key_codebooks),
                levels_of(options_.value_codebooks)};
    }

    [[nodiscard]] const kv_block_shape& shape() const noexcept { return shape_; }

    [[nodiscard]] const Options& options() const noexcept { return options_; }

    // For settle_layers, whose chooser sees the blocks of all layers:

    /// Tokens that have left the window and wait for their block.
    [[nodiscard]] index_t waiting() const noexcept {
        return recent_.count() > options_.window ? recent_.count() - options_.window : 0;
    }

    [[nodiscard]] bool packable() const noexcept { return waiting() >= shape_.tokens; }

    /// The oldest `count` recent tokens. Valid until the next call of a non-constant function.
    [[nodiscard]] kv_block_values oldest(index_t count) {
        return seat_.gather(recent_, count, options_.layer,
                            sinks_.count() + full_blocks() * shape_.tokens, shape_);
    }

    void drop_tail() {
        if (tail_ != 0) { blocks_.pop_back(); }
        tail_ = 0;
    }

    /// Packs the oldest `count` recent tokens, a block or (fewer) the tail, with these widths.
    void pack_oldest(index_t count, std::span<const std::uint8_t> widths) {  // [units]
        GRADUS_EXPECT(count <= shape_.tokens && count <= recent_.count() && tail_ == 0);
        pack(oldest(count), widths);
    }

  private:
    template <class Cache> friend class kv_serial;

    static constexpr bool rotates = !std::is_same_v<typename Options::rotation_type, identity>;

    [[nodiscard]] index_t recent_slots() const {
        const index_t wanted = options_.window + options_.block + options_.hold;
        return std::min(wanted, capacity_);
    }

    [[nodiscard]] index_t full_blocks() const noexcept {
        return blocks_.size() - (tail_ == 0 ? 0 : 1);
    }

    [[nodiscard]] static std::span<const kv_levels> levels_of(const shared_codebooks& books) {
        return books == nullptr ? std::span<const kv_levels>{} : books->levels();
    }

    /// Whether there is an answer. A cache that has refused tokens has none.
    [[nodiscard]] bool check_queries([[maybe_unused]] matrix_view<const float> queries,
                                     [[maybe_unused]] matrix_view<float> out) const {
        GRADUS_EXPECT(queries.rows == out.rows && queries.cols == out.cols);
        GRADUS_EXPECT(queries.cols % (shape_.heads * shape_.width) == 0);
        GRADUS_EXPECT(fault_ || queries.rows <= length());
        return !fault_;
    }

    void store(floats new_keys, floats new_values) {  // [heads * width] each
        const std::span<float> k{seat_.keys(), new_keys.size()};
        const std::span<float> v{seat_.values(), new_values.size()};
        std::copy(new_keys.begin(), new_keys.end(), k.begin());
        std::copy(new_values.begin(), new_values.end(), v.begin());
        for (index_t at = 0; rotates && at < k.size(); at += shape_.width) {
            options_.rotation.apply(k.subspan(at, shape_.width));
            if (options_.rotate_values) { options_.rotation.apply(v.subspan(at, shape_.width)); }
        }
        (sinks_.full() ? recent_ : sinks_).push(k.data(), v.data());
    }

    /// With the chooser's widths for this layer alone.
    void pack_oldest(index_t count) {
        const kv_block_values values = oldest(count);
        widths_.resize(shape_.units());
        options_.chooser(std::span<const kv_block_values>{&values, 1},
                         matrix_view<std::uint8_t>{widths_.data(), 1, widths_.size()});
        pack(values, widths_);
    }

    void pack(const kv_block_values& values, std::span<const std::uint8_t> widths) {  // [units]
        const view_type seen = view();
        blocks_.push_back(packer_.pack(shape_, values.keys, values.values, widths, seen.key_levels,
                                       seen.value_levels, key_fit_, value_fit_));
        if (values.tokens() < shape_.tokens) {
            tail_ = values.tokens();
            return;
        }
        recent_.drop_front(values.tokens());
        seat_.drop_attention(values.tokens());
    }

    /// The oldest `kept` tokens of the last block become recent again.
    void unpack_last(index_t kept) {
        const view_type seen = view();
        const index_t cols = shape_.heads * shape_.width;
        const matrix_view<float> k{seat_.keys(), shape_.tokens, cols};
        const matrix_view<float> v{seat_.values(), shape_.tokens, cols};
        packer_.unpack(seen, seen.block(blocks_.size() - 1), k, v);
        blocks_.pop_back();
        for (index_t t = 0; t < kept; ++t) {
            recent_.push(k.row(t).data(), v.row(t).data());
        }
    }

    index_t capacity_;
    kv_block_shape shape_;
    kv_fit key_fit_;
    kv_fit value_fit_;
    Options options_;
    kv_float_rows<float_type> sinks_;
    kv_float_rows<float_type> recent_;
    kv_packer packer_;
    kv_seat seat_;
    std::vector<aligned_buffer> blocks_;  // full ones, and the tail if there is one
    index_t tail_ = 0;                    // tokens packed in the last block and recent too
    std::vector<std::uint8_t> widths_;
    std::optional<error> fault_;
};

static_assert(kv_cache<packed_cache<per_channel<>, per_token<>>>);

}  // namespace GRADUS_ISA
}  // namespace gradus

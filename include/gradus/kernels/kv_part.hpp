// SPDX-License-Identifier: MIT
// Attention on the packed blocks of one head.
#pragma once

#include <gradus/kernels/attention.hpp>
#include <gradus/kernels/kv_places.hpp>
#include <gradus/kernels/kv_product.hpp>
#include <gradus/kernels/kv_view.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// The tokens between sinks and window, as the codes they are stored in: nothing is unpacked beyond
/// registers, or one block of 32 lanes by 16 steps where the codes have no fast form (ends of
/// units, outliers, widths 0 and 16, codebooks with integers).
template <class Float, attention_scheme S> class kv_part {
    static constexpr index_t nowhere = ~index_t{0};

  public:
    kv_part(const kv_view<Float>& view, const kv_places& places, index_t head)
        : view_{view}, places_{places}, head_{head} {}

    [[nodiscard]] index_t tokens() const { return view_.packed; }

    /// Whole blocks, or 128 tokens of one that is larger.
    [[nodiscard]] index_t chunk(index_t first, index_t) const {
        const index_t size = view_.shape.tokens;
        const index_t left = view_.packed - first;
        const index_t most = size <= attention_chunk
                               ? attention_chunk / size * size
                               : std::min(attention_chunk, size - first % size);
        return std::min(most, left);
    }

    template <index_t Rows>
    void score(const attention_state<Rows>& state, index_t first, index_t count) const {
        constexpr index_t stride = attention_state<Rows>::weight_stride;
        std::fill_n(state.weights(), Rows * stride, 0.0f);
        look_ahead(first, count);
        each_unit(kv_kind::key, first, count,
                  [&](const kv_stored_unit& stored, index_t channel, index_t from, index_t to,
                      index_t place) {
                      kv_product<Rows, S> product{stored,
                                                  {state.queries() + channel, state.stride()}};
                      product.run(from, to, 0, stored.unit.steps, state.weights() + place, stride);
                  });
    }

    template <index_t Rows>
    void blend(const attention_state<Rows>& state, index_t first, index_t count) const {
        constexpr index_t stride = attention_state<Rows>::weight_stride;
        each_unit(kv_kind::value, first, count,
                  [&](const kv_stored_unit& stored, index_t channel, index_t from, index_t to,
                      index_t place) {
                      kv_product<Rows, S> product{stored, {state.weights() + place, stride}};
                      product.run(0, stored.unit.lanes, from, to, state.results() + channel,
                                  state.stride());
                  });
    }

  private:
    /// f(unit, first channel, first and last token within the block, place within the chunk).
    template <class F> void each_unit(kv_kind kind, index_t first, index_t count, F&& f) const {
        const kv_block_shape& shape = view_.shape;
        const index_t channels = shape.cut(kind).group_of(shape.width);
        for (index_t done = 0; done < count;) {
            const index_t b = (first + done) / shape.tokens;
            const index_t from = first + done - b * shape.tokens;
            const kv_block_view block = view_.block(b);
            const index_t to = std::min(block.tokens, from + count - done);
            index_t channel = 0;
            index_t& start = starts_[done / shape.tokens];  // of the kind that comes next
            places_.each(block, head_, kind, start, [&](const kv_place& place) {
                ask_for_next(place.unit.codes_at(), block.bytes.data() + place.offset);
                f(kv_stored_unit{place.unit, block.bytes.subspan(place.offset, place.bytes),
                                 view_.levels(kind, head_, place.unit.width), ahead_},
                  channel, from, to, done);
                channel += channels;
                start = place.offset + place.bytes;
            });
            done += to - from;
        }
    }

    /// Finds the units of a chunk, and what is asked for while it is multiplied: at the beginning
    /// of a block, the blocks of the chunk behind it. Their widths must have come by then.
    void look_ahead(index_t first, index_t count) const {
        const index_t size = view_.shape.tokens;
        const index_t b = first / size;
        const index_t end = (first + count + size - 1) / size;
        for (index_t i = b; i < end; ++i) {
            const std::span<const std::byte> run =
                b == aimed_at_ ? ahead_.run(i - b) : places_.head(view_.block(i), head_);
            starts_[i - b] = index_t(run.data() - view_.blocks[i].bytes().data());
        }
        if (first % size != 0) { return; }
        ahead_.clear();
        aimed_at_ = end;
        const index_t most = std::max(index_t{1}, attention_chunk / size);
        const index_t blocks = view_.blocks.size();
        for (index_t i = end; i < std::min(end + most, blocks); ++i) {
            ahead_.add(places_.head(view_.block(i), head_));
            const index_t later = std::min(i + most, blocks - 1);
            __builtin_prefetch(view_.blocks[later].bytes().last(view_.shape.field_bytes()).data(),
                               0, 3);
        }
    }

    void ask_for_next(index_t bytes, const std::byte* otherwise) const {
        const std::byte* const from = ahead_.take(bytes, otherwise);
        for (index_t i = 0; i < bytes; i += 64) {
            __builtin_prefetch(from + i, 0, 2);
        }
    }

    const kv_view<Float>& view_;
    const kv_places& places_;
    index_t head_;
    /// Where the units of the blocks of a chunk begin that come next: keys, after them values.
    mutable index_t starts_[attention_chunk] = {};
    mutable kv_read_ahead ahead_;
    mutable index_t aimed_at_ = nowhere;  ///< the block in which `ahead_` begins
};

}  // namespace GRADUS_ISA
}  // namespace gradus

// SPDX-License-Identifier: MIT
// Attention of one token or a block of them over a long cache: bytes of the cache a second, and how
// far the result is off.
#include "../support/attention.hpp"

#include <gradus/cache/f16_cache.hpp>
#include <gradus/cache/f32_cache.hpp>
#include <gradus/cache/packed_cache.hpp>
#include <gradus/core/thread_pool.hpp>
#include <gradus/kernels/attend_kv.hpp>

#include <cstdlib>

namespace {

using namespace gradus_bench;
using gradus::index_t;

/// Two threads at most; with one, everything runs in the caller's.
gradus::thread_pool& pool(std::size_t threads) {
    static gradus::thread_pool one{1};
    static gradus::thread_pool two{2};
    return threads == 1 ? one : two;
}

template <class Cache> void fill(Cache& cache, index_t tokens) {
    for (index_t t = 0; t < tokens; t += some_tokens(3).rows) {
        static_cast<void>(cache.append(some_tokens(3), some_tokens(4)));
    }
}

template <class Cache> class float_attention {
  public:
    explicit float_attention(const attention_shape& shape)
        : queries_{shape.queries}, cache_{{kv_heads, head_width, shape.tokens}} {
        fill(cache_, shape.tokens);
    }

    [[nodiscard]] std::size_t bytes() const { return cache_.size_in_bytes(); }

    void run(std::span<float> out, std::size_t threads) {
        cache_.attend(some_queries(queries_), {out.data(), queries_, query_cols}, pool(threads));
    }

  private:
    index_t queries_;
    Cache cache_;
};

/// Keys by channel over a block of tokens, values by token, both with scale and base.
template <int Bits, index_t Block, class Scheme> class packed_attention {
    using cache_type = gradus::packed_cache<gradus::per_channel<>, gradus::per_token<>>;

  public:
    explicit packed_attention(const attention_shape& shape)
        : queries_{shape.queries},
          cache_{{kv_heads, head_width, shape.tokens}, {}, {}, options()},
          memory_{gradus::kv_attention_floats(cache_.shape()) * sizeof(float)} {
        fill(cache_, shape.tokens);
    }

    [[nodiscard]] std::size_t bytes() const {
        std::size_t total = 0;
        for (const auto& block : cache_.view().blocks) {
            total += block.size();
        }
        return total;
    }

    void run(std::span<float> out, std::size_t threads) {
        auto* const floats = static_cast<float*>(static_cast<void*>(memory_.bytes().data()));
        gradus::attend_kv(cache_.view(), some_queries(queries_), {out.data(), queries_, query_cols},
                          {floats, memory_.size() / sizeof(float)}, Scheme{}, pool(threads));
    }

  private:
    static gradus::kv_options<> options() {
        gradus::kv_options<> how;
        how.block = Block;
        how.chooser = {Bits, Bits};
        return how;
    }

    index_t queries_;
    cache_type cache_;
    gradus::aligned_buffer memory_;
};

template <int Bits, index_t Block, class Scheme> void add_packed() {
    add_attention(
        "uniform" + std::to_string(Bits) + "_g" + std::to_string(Block) + "_" +
            std::string{Scheme::name},
        [](const attention_shape& s) { return packed_attention<Bits, Block, Scheme>{s}; });
}

template <int Bits> void add_schemes() {
    add_packed<Bits, 128, gradus::int8_attention>();
    add_packed<Bits, 128, gradus::int16_attention>();
    add_packed<Bits, 128, gradus::exact_attention>();
    add_packed<Bits, 32, gradus::int8_attention>();
}

[[maybe_unused]] const bool registered = [] {
    add_attention("f32",
                  [](const attention_shape& s) { return float_attention<gradus::f32_cache>{s}; });
    add_attention("f16",
                  [](const attention_shape& s) { return float_attention<gradus::f16_cache>{s}; });
    add_schemes<8>();
    add_schemes<4>();
    add_schemes<2>();
    return true;
}();

}  // namespace

// SPDX-License-Identifier: MIT
// Y = X W^T with half of the weights pruned, stored as a mask or as 2:4, beside the dense layout.
#include "../support/packed_slab.hpp"
#include "../support/product.hpp"

#include <gradus/core/random.hpp>
#include <gradus/core/thread_pool.hpp>
#include <gradus/kernels/pack_smallest.hpp>
#include <gradus/kernels/sparse_matrix_gemm.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>

#include <string>
#include <vector>

namespace {

using namespace gradus_bench;

template <activation_form Form> constexpr auto scheme_of() {
    if constexpr (Form == activation_form::f32) {
        return gradus::f32_activations{};
    } else {
        return gradus::int8_per_token{};
    }
}

/// The slab repeated downwards, half of its codes replaced by that of zero: any, or two of four.
template <gradus::layout_type L>
gradus::sparse_matrix<L> pruned(gradus::index_t rows, const gradus::survivor_pattern& pattern) {
    const gradus::plain_codes slab = gradus::unpack_codes(packed_slab<L>().view());
    gradus::plain_codes plain = slab;
    plain.rows = plain.grid_rows = rows;
    const auto repeat = [&](auto& list) {
        const auto once = list;
        for (gradus::index_t r = slab_rows; r < rows; r += slab_rows) {
            list.insert(list.end(), once.begin(), once.end());
        }
    };
    repeat(plain.codes);
    repeat(plain.scales);
    const auto key = gradus::random_key::of(3);
    const gradus::code_t zero = L::mapping_type::zero_code;
    for (gradus::index_t i = 0; i < plain.codes.size(); i += 4) {
        const unsigned kept = pattern.is_mask() ? static_cast<unsigned>(key.below(16, i))
                                                : gradus::places_of(2, key.below(6, i));
        for (gradus::index_t k = 0; k < 4; ++k) {
            if (((kept >> k) & 1u) == 0) { plain.codes[i + k] = zero; }
        }
    }
    return gradus::pack_sparse<L>(plain.view(), {}, {}, pattern).value();
}

/// Copies of one sparse matrix in the arena, and y: a contestant of product.hpp.
template <gradus::layout_type L, activation_form Form> class sparse_product {
  public:
    sparse_product(const product_shape& shape, const gradus::survivor_pattern& pattern)
        : x_{activations(shape.tokens)},
          y_(shape.rows * shape.tokens),
          out_{y_.data(), shape.tokens, shape.rows},
          threads_{static_cast<unsigned>(shape.threads)},
          weights_{pruned<L>(shape.rows, pattern)} {
        for (std::size_t i = 0; i < copies_of(shape, bytes()); ++i) {
            const std::span<std::byte> to = slot(i, bytes());
            std::copy(weights_.bytes().begin(), weights_.bytes().end(), to.begin());
            views_.push_back(weights_.view());
            views_.back().bytes = to;
        }
    }

    [[nodiscard]] std::size_t copies() const { return views_.size(); }

    [[nodiscard]] std::size_t bytes() const { return weights_.bytes().size(); }

    [[nodiscard]] std::span<const float> outputs() const { return y_; }

    void run(std::size_t copy) {
        gradus::gemm(views_[copy], x_, out_, gradus::accumulation::none, scheme_of<Form>(),
                     threads_);
    }

  private:
    gradus::matrix_view<const float> x_;
    std::vector<float> y_;
    gradus::matrix_view<float> out_;
    gradus::thread_pool threads_;
    gradus::sparse_matrix<L> weights_;
    std::vector<gradus::sparse_matrix_view<L>> views_;
};

/// As add_product, under names of their own, and without an error: half of the weights are not
/// there.
template <gradus::layout_type L, activation_form Form> void add_sparse(const product_shape& shape) {
    for (const gradus::survivor_pattern& pattern :
         {gradus::survivor_mask, gradus::survivor_pattern{2, 4}}) {
        std::string name = name_of(
            shape, Form, std::string{L::name.view()} + "_" + gradus::name_of_pattern(pattern));
        name.insert(4, "_sparse");
        auto* const added =
            benchmark::RegisterBenchmark(name.c_str(), [shape, pattern](benchmark::State& state) {
                time_product(state, shape, Form, [&](const product_shape& s) {
                    return sparse_product<L, Form>{s, pattern};
                });
                state.counters.erase("error");
            });
        added->Iterations(rounds_of(shape))->Unit(benchmark::kMicrosecond);
        if (shape.threads > 1) { added->UseRealTime(); }
    }
}

/// Of the groupings that are measured, dense, under the same names.
using grouping = gradus::group<GRADUS_CONTRACTS ? 32 : 128>;

template <int Bits, activation_form Form> void add_width() {
    using L = gradus::layout<gradus::uniform_symmetric<Bits>, grouping>;
    for_each_gemv_shape([](const product_shape& shape) {
        if (shape.rows == 4096) { add_sparse<L, Form>(shape); }
    });
    for (const gradus::index_t tokens : {gradus::index_t{8}, gradus::index_t{512}}) {
        add_sparse<L, Form>({4096, 4096, tokens, memory::dram, 1});
    }
}

[[maybe_unused]] const bool registered = [] {
    add_width<4, activation_form::f32>();
#if !GRADUS_CONTRACTS
    add_width<3, activation_form::int8_per_token>();
    add_width<4, activation_form::int8_per_token>();
    add_width<8, activation_form::int8_per_token>();
#endif
    return true;
}();

}  // namespace

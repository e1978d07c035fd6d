// SPDX-License-Identifier: MIT
// Y = X W^T: few tokens, as in speculative decoding, and many, as in prefill.
#include "../support/packed_product.hpp"
#include "../support/product_layouts.hpp"

namespace {

[[maybe_unused]] const bool registered = [] {
    gradus_bench::for_each_product_layout([]<class L>() {
        gradus_bench::add_packed_forms<L>(
            [](auto&& add) { gradus_bench::for_each_gemm_shape(add); });
    });
    return true;
}();

}  // namespace

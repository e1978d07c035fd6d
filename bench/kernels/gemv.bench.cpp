// SPDX-License-Identifier: MIT
// y = W x: the share of the read bandwidth that each layout reaches, from L3 and from memory.
#include "../support/packed_product.hpp"
#include "../support/product_layouts.hpp"

namespace {

[[maybe_unused]] const bool registered = [] {
    gradus_bench::for_each_product_layout([]<class L>() {
        gradus_bench::add_packed_forms<L>(
            [](auto&& add) { gradus_bench::for_each_gemv_shape(add); });
    });
    return true;
}();

}  // namespace

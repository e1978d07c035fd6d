// SPDX-License-Identifier: MIT
// gemv and gemm of ggml's formats: activations are quantized inside the call, per 32 or 256
// columns.
#include "ggml_product.hpp"

namespace {

using namespace gradus_bench;

void add(const product_shape& shape, ggml_type type, bool repacked) {
    const std::string name =
        std::string{"ggml_"} + ggml_type_name(type) + (repacked ? "_repacked" : "");
    add_product(
        shape, activation_form::int8_per_group, name,
        [type, repacked](const product_shape& s) { return ggml_product{s, type, repacked}; });
}

[[maybe_unused]] const bool registered = [] {
    ggml_cpu_init();
    ggml_log_set([](ggml_log_level, const char*, void*) {}, nullptr);  // a line a repacked matrix
    for (const ggml_type type :
         {GGML_TYPE_Q4_0, GGML_TYPE_Q4_K, GGML_TYPE_IQ4_NL, GGML_TYPE_Q8_0, GGML_TYPE_Q2_K,
          GGML_TYPE_Q3_K, GGML_TYPE_Q5_K, GGML_TYPE_Q6_K, GGML_TYPE_TQ1_0, GGML_TYPE_TQ2_0}) {
        for (const bool repacked : {false, true}) {
            if (repacked && !ggml_can_repack(type)) { continue; }
            const auto each = [&](const product_shape& shape) { add(shape, type, repacked); };
            for_each_gemv_shape(each);
            for_each_gemm_shape(each);
        }
    }
    return true;
}();

}  // namespace

// SPDX-License-Identifier: MIT
// Quantizes the slab, once for each layout that is measured.
#include "packed_slab.hpp"
#include "product_layouts.hpp"

#include <gradus/quantize/quantize.hpp>

#include <cstdio>
#include <cstdlib>

namespace gradus_bench {

template <gradus::layout_type L> const gradus::packed_matrix<L>& packed_slab() {
    static const gradus::packed_matrix<L> packed = [] {
        auto got = gradus::quantize(slab(), gradus::recipe<L>{});
        if (!got) {
            std::fprintf(stderr, "%s\n", got.error().message.c_str());
            std::abort();
        }
        return std::move(got).value();
    }();
    return packed;
}

/// Names each definition, so that it is there to link.
void define_all_slabs();

void define_all_slabs() {
    for_each_product_layout([]<class L>() {
        const volatile auto defined = &packed_slab<L>;
        static_cast<void>(defined);
    });
}

}  // namespace gradus_bench

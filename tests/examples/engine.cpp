// SPDX-License-Identifier: MIT
// An engine's view of gradus: layouts and quantization, nothing else.
#include <gradus/layout/layout.hpp>
#include <gradus/layout/packed_matrix.hpp>
#include <gradus/layout/packed_view.hpp>
#include <gradus/mapping/uniform_symmetric.hpp>
#include <gradus/quantize/quantize.hpp>
#include <gradus/quantize/recipe.hpp>

#include <vector>

int main() {
    using int8 = gradus::layout<gradus::uniform_symmetric<8>, gradus::group<32>>;
    const std::vector<float> values(20 * 70, 0.5f);
    const auto packed =
        gradus::quantize(gradus::weights_view{values.data(), 20, 70}, gradus::recipe<int8>{});
    return packed && packed.value().view().complete() ? 0 : 1;
}

// SPDX-License-Identifier: MIT
// From squared errors of attention to nats: what the model makes of them.
#pragma once

#include <gradus/eval/baseline.hpp>
#include <gradus/kv_plan/plan_cache.hpp>
#include <gradus/kv_plan/planned_cache.hpp>

#include <array>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Only the keys or only the values of one layer at a width; the others are f16.
[[nodiscard]] inline cache_plan
lone_plan(const measured_cache& measured, index_t layer, kv_kind kind, int width) {
    std::vector<std::uint8_t> widths(measured.layers * measured.shape.units(), std::uint8_t{16});
    for (index_t u = 0; u < measured.shape.units(); ++u) {
        if (measured.shape.kind_of(u) == kind) {
            widths[layer * measured.shape.units() + u] = static_cast<std::uint8_t>(width);
        }
    }
    return make_plan(measured, 1, std::move(widths));
}

/// Sets the gains of all layers, keys and values apart: the divergence that the model shows when
/// they alone have a width, over the error predicted for it. Measured at the widths 0 to 4, where
/// divergence does not grow in proportion to errors; wider ones take the gain of 4 bits.
/// `text` is calibration text, never that which is evaluated.
/// Cost: 10 runs a layer over the text.
template <class Model, executor Executor>
void measure_gains(measured_cache& measured,
                   const baseline<Model>& text,
                   const Model& model,
                   Executor& threads) {
    constexpr int widest = 4;
    for (index_t layer = 0; layer < measured.layers; ++layer) {
        for (const kv_kind kind : {kv_kind::key, kv_kind::value}) {
            const auto gain = measured.gain(layer, kind);
            std::fill(gain.begin(), gain.end(), 1.0);
            for (int width = 0; width <= widest; ++width) {
                const planned_caches caches{lone_plan(measured, layer, kind, width)};
                const auto windows = text.compare(model, threads, caches);
                double nats = 0.0;
                index_t positions = 0;
                for (const window_losses& w : windows) {
                    nats += w.divergence;
                    positions += w.positions;
                }
                const double predicted = caches.plan->predicted;
                gain[static_cast<index_t>(width)] =
                    predicted > 0.0 ? nats / static_cast<double>(positions) / predicted : 0.0;
            }
            std::fill(gain.begin() + widest + 1, gain.end(), gain[widest]);
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus

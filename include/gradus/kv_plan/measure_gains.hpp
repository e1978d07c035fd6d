// SPDX-License-Identifier: MIT
// From squared errors of attention to nats: what the model makes of them.
#pragma once

#include <gradus/eval/baseline.hpp>
#include <gradus/kv_plan/plan_cache.hpp>
#include <gradus/kv_plan/planned_cache.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// Only the keys or only the values of one head at a width; the others are f16.
[[nodiscard]] inline cache_plan
lone_plan(const measured_cache& measured, index_t layer, index_t h, kv_kind kind, int width) {
    std::vector<std::uint8_t> widths(measured.layers * measured.shape.units(), std::uint8_t{16});
    for (index_t u = 0; u < measured.shape.units(); ++u) {
        if (measured.shape.kind_of(u) == kind && measured.shape.head_of(u) == h) {
            widths[layer * measured.shape.units() + u] = static_cast<std::uint8_t>(width);
        }
    }
    return make_plan(measured, 1, std::move(widths));
}

/// Nats a token.
[[nodiscard]] inline double mean_divergence(std::span<const window_losses> windows) {
    double nats = 0.0;
    index_t positions = 0;
    for (const window_losses& w : windows) {
        nats += w.divergence;
        positions += w.positions;
    }
    return nats / static_cast<double>(positions);
}

/// Divergence that a plan really causes, nats a token.
template <class Model, executor Executor>
[[nodiscard]] double divergence_of(const cache_plan& plan,
                                   const baseline<Model>& text,
                                   const Model& model,
                                   Executor& threads) {
    return mean_divergence(text.compare(model, threads, planned_caches{plan}));
}

/// Sets the gains of all heads, keys and values apart: the divergence that the model shows when
/// they alone have a width, over the error predicted for it. Measured at the widths 1 to 4 and 6,
/// where divergence does not grow in proportion to errors; between them the geometric mean, wider
/// codes take the gain of 6 bits, and no bits that of one.
///
/// Gains of whole layers were worse: what the predicted error of a head costs the model differs by
/// as much as forty times among the heads of a layer (the first of the reference model), and one
/// gain for all gives the cheap ones what the dear one needs.
///
/// No width has a lower gain than a wider one. A head without bits is lost, and can lose no more:
/// taken as it is, its gain lets units of few bits look cheap in heads that work. On the reference
/// model at 2.5 bits keys gave up 0.4 of theirs to such units, and the plan diverged 1.4 times as
/// much as halves of the budget for keys and values.
///
/// A loss that follows from the error of the whole layer, measured and interpolated, with its slope
/// as the price for all units, was worse: ten times the divergence that it predicts, as a layer
/// whose error sits in a few channels without bits loses more than one of equal error that is
/// spread.
///
/// `text` is calibration text, never that which is evaluated.
/// Cost: 10 runs a head over the text.
template <class Model, executor Executor>
void measure_gains(measured_cache& measured,
                   const baseline<Model>& text,
                   const Model& model,
                   Executor& threads) {
    const auto measure = [&](index_t layer, index_t h, kv_kind kind) {
        const auto gain = measured.gain_of(layer, h, kind);
        std::fill(gain.begin(), gain.end(), 1.0);
        for (const int width : {1, 2, 3, 4, 6}) {
            const cache_plan plan = lone_plan(measured, layer, h, kind, width);
            const double nats = divergence_of(plan, text, model, threads);
            gain[static_cast<index_t>(width)] = plan.predicted > 0.0 ? nats / plan.predicted : 0.0;
        }
        gain[5] = std::sqrt(gain[4] * gain[6]);
        gain[0] = gain[1];
        for (index_t width = 6; width-- > 0;) {
            gain[width] = std::max(gain[width], gain[width + 1]);
        }
        std::fill(gain.begin() + 7, gain.end(), gain[6]);
    };
    for (index_t layer = 0; layer < measured.layers; ++layer) {
        for (index_t h = 0; h < measured.shape.heads; ++h) {
            measure(layer, h, kv_kind::key);
            measure(layer, h, kv_kind::value);
        }
    }
}

}  // namespace GRADUS_ISA
}  // namespace gradus

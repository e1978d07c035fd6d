// SPDX-License-Identifier: MIT
// Losses of all heads of a cache at all widths, on calibration data.
#pragma once

#include <gradus/core/executor.hpp>
#include <gradus/core/result.hpp>
#include <gradus/kv_plan/head_bases.hpp>
#include <gradus/kv_plan/head_losses.hpp>
#include <gradus/kv_plan/plan_options.hpp>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gradus {
inline namespace GRADUS_ISA {

/// [layers][heads]
using cache_statistics = std::vector<std::vector<head_statistics>>;

struct measured_cache {
    plan_options options;
    kv_block_shape shape{};
    index_t layers = 0;
    std::vector<std::shared_ptr<const layer_bases>> bases;  ///< [layers]
    std::vector<head_losses> heads;                         ///< [layers, heads, key and value]
    std::vector<double> gains;  ///< [layers, heads, key and value, widths]: nats a unit of error

    [[nodiscard]] static index_t kind_index(kv_kind kind) { return kind == kv_kind::key ? 0 : 1; }

    [[nodiscard]] const head_losses& head(index_t layer, index_t h, kv_kind kind) const {
        return heads[(layer * shape.heads + h) * 2 + kind_index(kind)];
    }

    /// One gain for the keys of a layer, and one for its values: means by the errors of its heads.
    void share_gains() {
        for (index_t i = 0; i < layers * 2 * 9; ++i) {
            const index_t layer = i / 18;
            const kv_kind kind = i / 9 % 2 == 0 ? kv_kind::key : kv_kind::value;
            double loss = 0.0;
            double error = 0.0;
            for (index_t h = 0; h < shape.heads; ++h) {
                for (const double e : head(layer, h, kind).widths[i % 9].errors) {
                    loss += gain_of(layer, h, kind)[i % 9] * e;
                    error += e;
                }
            }
            if (error <= 0.0) { continue; }
            for (index_t h = 0; h < shape.heads; ++h) {
                gain_of(layer, h, kind)[i % 9] = loss / error;
            }
        }
    }

    /// Gains of narrow codes that exceed that of the widest by less than so many times become it,
    /// and larger ones shrink so many times.
    void flatten_gains(double times) {
        for (index_t i = 0; i < gains.size(); ++i) {
            const double widest = gains[i / 9 * 9 + 8];
            gains[i] = std::max(widest, gains[i] / times);
        }
    }

    /// Of one head's keys or values: [widths].
    [[nodiscard]] std::span<double, 9> gain_of(index_t layer, index_t h, kv_kind kind) {
        return std::span<double, 9>{&gains[gain_index(layer, h, kind)], 9};
    }

    [[nodiscard]] std::span<const double, 9> gain_of(index_t layer, index_t h, kv_kind kind) const {
        return std::span<const double, 9>{&gains[gain_index(layer, h, kind)], 9};
    }

    /// Predicted loss of one unit at a width, in nats a token once the gains are measured.
    [[nodiscard]] double loss(index_t layer, index_t unit, int width) const {
        const kv_kind kind = shape.kind_of(unit);
        const index_t h = shape.head_of(unit);
        const auto at = static_cast<index_t>(width);
        return gain_of(layer, h, kind)[at] *
               head(layer, h, kind).widths[at].errors[shape.group_of(unit)];
    }

  private:
    [[nodiscard]] index_t gain_index(index_t layer, index_t h, kv_kind kind) const {
        return ((layer * shape.heads + h) * 2 + kind_index(kind)) * 9;
    }
};

/// What the options make of the weights of a head's channels.
[[nodiscard]] inline std::vector<double> channel_weights(const std::vector<double>& weights,
                                                         channel_importance importance) {
    if (importance == channel_importance::weighed) { return weights; }
    if (importance == channel_importance::flat) { return flattened(weights); }
    return std::vector<double>(weights.size(), 1.0);
}

/// Whole blocks from all over the recorded sequences, at least one where there is one.
[[nodiscard]] inline std::vector<float> sample_blocks(const head_statistics& head,
                                                      matrix_view<const float> rows,
                                                      index_t block,
                                                      index_t tokens) {
    std::vector<index_t> firsts;
    for (index_t s = 0; s < head.starts.size(); ++s) {
        const index_t end = s + 1 < head.starts.size() ? head.starts[s + 1] : head.tokens;
        for (index_t at = head.starts[s]; at + block <= end; at += block) {
            firsts.push_back(at);
        }
    }
    const index_t wanted = std::max<index_t>(1, std::min(firsts.size(), tokens / block));
    std::vector<float> sample;
    for (index_t i = 0; i < wanted && !firsts.empty(); ++i) {
        const auto from = rows.block(firsts[i * firsts.size() / wanted], block);
        for (index_t t = 0; t < block; ++t) {
            sample.insert(sample.end(), from.row(t).begin(), from.row(t).end());
        }
    }
    return sample;
}

/// Keys or values of one head: their basis, and their errors in it.
[[nodiscard]] inline head_losses measure_head(const kv_block_shape& shape,
                                              kv_kind kind,
                                              const head_statistics& head,
                                              const plan_options& options,
                                              head_basis& basis) {
    const bool key = kind == kv_kind::key;
    const auto rows = key ? head.key_rows() : head.value_rows();
    const auto weights =
        channel_weights(key ? head.key_weights : head.value_weights, options.importance);
    basis = make_basis(rows, weights, options);
    const std::vector<float> sample =
        sample_blocks(head, rows, options.block, options.sample_tokens);
    const std::vector<float> moved =
        rows_in_basis({sample.data(), sample.size() / shape.width, shape.width}, basis);
    std::vector<double> ordered(shape.width);
    for (index_t d = 0; d < shape.width; ++d) {
        ordered[d] = weights[basis.order[d]];
    }
    const matrix_view<const float> seen{moved.data(), moved.size() / shape.width, shape.width};
    return head_measurement{shape, kind, seen, std::move(ordered), options}.measure();
}

/// Measures every head on its own, several at a time; the result does not depend on how many.
/// Errors: sequences shorter than a block (invalid_argument).
template <executor Executor>
[[nodiscard]] result<measured_cache>
measure_cache(const cache_statistics& statistics, const plan_options& options, Executor& threads) {
    const index_t heads = statistics.at(0).size();
    const index_t width = statistics[0].at(0).width;
    measured_cache found{
        .options = options,
        .shape = {heads, width, options.block, options.keys.cut(), options.values.cut()},
        .layers = statistics.size(),
        .bases = {},
        .heads = std::vector<head_losses>(statistics.size() * heads * 2),
        .gains = std::vector<double>(statistics.size() * heads * 18, 1.0)};
    if (sample_blocks(statistics[0][0], statistics[0][0].key_rows(), options.block, 1).empty()) {
        return error{errc::invalid_argument, "no calibration sequence has a whole block of " +
                                                 std::to_string(options.block) + " tokens"};
    }
    std::vector<std::shared_ptr<layer_bases>> bases;
    for (index_t l = 0; l < found.layers; ++l) {
        bases.push_back(std::make_shared<layer_bases>(
            layer_bases{std::vector<head_basis>(heads), std::vector<head_basis>(heads)}));
        found.bases.push_back(bases.back());
    }
    threads.for_each(found.heads.size(), [&](index_t i) {
        const index_t layer = i / 2 / heads;
        const index_t h = i / 2 % heads;
        const kv_kind kind = i % 2 == 0 ? kv_kind::key : kv_kind::value;
        auto& of_kind = kind == kv_kind::key ? bases[layer]->keys : bases[layer]->values;
        found.heads[i] = measure_head(found.shape, kind, statistics[layer][h], options, of_kind[h]);
    });
    return found;
}

}  // namespace GRADUS_ISA
}  // namespace gradus

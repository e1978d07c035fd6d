// SPDX-License-Identifier: MIT
// The inputs of a model's linear layers as a plain forward pass computes them.
#pragma once

#include "small_model.hpp"

#include <gradus/calibrate/calibration_text.hpp>
#include <gradus/calibrate/distinct_input.hpp>

#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace gradus::test {

/// Looks at the input of a layer and changes nothing.
class recorder final : public input_transform {
  public:
    explicit recorder(index_t width) : width_{width} {}

    [[nodiscard]] index_t width() const override { return width_; }

    [[nodiscard]] index_t size_in_bits() const override { return 0; }

    void apply(matrix_view<const float> x, matrix_view<float> y) const override {
        matrix copy(x.rows, x.cols);
        for (index_t t = 0; t < x.rows; ++t) {
            std::copy_n(x.row(t).data(), x.cols, copy.view().row(t).data());
            std::copy_n(x.row(t).data(), x.cols, y.row(t).data());
        }
        batches.push_back(std::move(copy));
    }

    mutable std::vector<matrix> batches;  // one a call

  private:
    index_t width_;
};

/// Every batch of every input: [block][input][sequence].
using recorded_inputs = std::vector<std::array<std::vector<matrix>, 4>>;

/// Runs each sequence by itself through a copy of `model`.
inline recorded_inputs record_inputs(llama model, const calibration_text& text) {
    std::vector<std::shared_ptr<recorder>> recorders;
    for (auto& block : model.blocks) {
        for (linear* layer : {&block.attention.query, &block.attention.output,
                              &block.feed_forward.gate, &block.feed_forward.down}) {
            recorders.push_back(std::make_shared<recorder>(layer->cols()));
            layer->set(layer->parts(), recorders.back());
        }
    }
    for (index_t i = 0; i < text.sequences(); ++i) {
        logits_of(model, text.sequence(i));
    }
    recorded_inputs inputs(model.blocks.size());
    for (index_t i = 0; i < recorders.size(); ++i) {
        inputs[i / 4][i % 4] = std::move(recorders[i]->batches);
    }
    return inputs;
}

/// Sequences of several lengths, some beyond a wave.
inline calibration_text small_text(index_t vocabulary) {
    calibration_text text{random_tokens(5 * 17 + 4, vocabulary), 17};
    text.add(random_tokens(1, vocabulary, 8));
    text.add(random_tokens(40, vocabulary, 9));
    return text;
}

}  // namespace gradus::test

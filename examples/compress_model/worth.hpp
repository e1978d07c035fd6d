// SPDX-License-Identifier: MIT
// What a unit of a matrix's loss is worth in nats of the model, by finite differences.
#pragma once

#include "session.hpp"

#include <gradus/compress/loss_worth.hpp>

namespace compress_model {

/// The first tokens of the calibration text: small changes show without noise, as predictions are
/// compared position by position.
class worth {
  public:
    static constexpr gradus::index_t tokens = 8192;

    explicit worth(const session& job);

    /// Nats a position, with their interval over windows, that the model loses when one matrix has
    /// other values. Errors: a matrix that is not there.
    [[nodiscard]] gradus::result<gradus::losses> of(const std::string& name,
                                                    std::span<const float> values,
                                                    gradus::index_t rows,
                                                    gradus::index_t cols) const;

  private:
    const session* job_;
    std::vector<gradus::token_t> tokens_;
    std::vector<gradus::window> windows_;
    std::optional<gradus::baseline<gradus::llama>> base_;
};

/// Alpha of a matrix, and nats per unit of the solver's loss.
struct matrix_worth {
    gradus::loss_worth alpha;
    double per_loss = 0.0;
};

/// By two noise levels: the matrix solved at 3 and at 2 bits, all columns alike. `stored`: the
/// storage order. Errors: those of the solver; a matrix that loses nothing.
[[nodiscard]] gradus::result<matrix_worth> worth_of(const session& job,
                                                    const worth& scale,
                                                    const gradus::named_matrix& matrix,
                                                    const gradus::ordered_factor<float>& f,
                                                    std::span<const gradus::index_t> stored,
                                                    const zero_rule& zeros);

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// A plan that follows what was stored.
#pragma once

#include "plans.hpp"

#include <map>

namespace compress_model {

/// Where zeros fall, and so what a pruned matrix takes, is known only when it is solved. What the
/// matrices so far took beyond the forecast, or less, is taken from those that are left, or given
/// to them; the last one is solved again until the whole meets the target.
class running_plan {
  public:
    /// Follows to `goal`, if there is one; else `first` is what happens.
    running_plan(const session& job,
                 const survey& known,
                 gradus::bit_plan first,
                 std::optional<target> goal);

    [[nodiscard]] const gradus::matrix_plan& of(const std::string& matrix) const;

    /// What a matrix took. Matrices are solved in the order of the survey.
    void store(const std::string& matrix, std::uint64_t bits);

    /// The same for one that was solved by another plan than `of`.
    void store(gradus::matrix_plan solved, std::uint64_t bits);

    /// Plans the matrices that are left within the bits that are left, as forecasts turned out.
    void follow();

    /// Whether the target is met, now that all is stored; true where none is followed.
    [[nodiscard]] bool met() const;

    /// Whether the stored matrices take no more than the target allows.
    [[nodiscard]] bool fits() const { return spent() <= most_; }

    /// Plans the last matrix once more; it is to be stored again.
    void plan_last_again();

    /// Stores the last matrix as it was solved by an earlier plan.
    void put_back(gradus::matrix_plan plan, std::uint64_t bits);

    /// What was carried out, with the bits that it took.
    [[nodiscard]] gradus::bit_plan carried_out() const;

  private:
    [[nodiscard]] gradus::index_t find(const std::string& matrix) const;
    [[nodiscard]] std::uint64_t forecast(gradus::index_t matrix) const;
    [[nodiscard]] std::uint64_t spent() const;
    void plan_from(gradus::index_t first, double ratio);

    const session& job_;
    const survey& known_;
    gradus::bit_plan plan_;
    std::optional<target> goal_;
    std::uint64_t most_;                 // bits that the target allows
    std::vector<std::uint64_t> stored_;  // of the first matrices
};

}  // namespace compress_model

// SPDX-License-Identifier: MIT
// Caches by the rule of QAQ, and the error that it needs for so many bits.
#include "filled.hpp"
#include "qaq.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

namespace quantize_cache {
namespace {

using gradus::index_t;

/// Tokens wait in a window of two steps, so that their attention is known when they are packed.
auto qaq_caches(const session& shared, const qaq_cache& how, double error) {
    constexpr index_t step = 8;
    std::vector<double> norms;
    for (const auto& layer : shared.statistics) {
        for (const gradus::head_statistics& head : layer) {
            norms.push_back(how.rule == gradus::qaq_rule::code
                                ? 300.0
                                : head.upper_query_energy() / static_cast<double>(head.width));
        }
    }
    using options = gradus::kv_options<gradus::f16, gradus::identity, gradus::qaq_widths>;
    const gradus::any_vectors cut{{gradus::kv_vectors::token, false, 0}, {}};
    return gradus::packed_caches<gradus::any_vectors, gradus::any_vectors, options>{
        .keys = cut,
        .values = cut,
        .options = {.block = 1,
                    .window = 2 * step,
                    .track_attention = true,
                    .chooser = gradus::qaq_widths{how.rule, error, std::move(norms)}},
        .tokens_a_step = step};
}

/// The error whose bits are those of the target, by bisection of its logarithm: more error, fewer
/// bits.
/// Errors: a target that the rule cannot reach, as floats of the window count (invalid_argument).
gradus::result<double> matched_error(const session& shared, const qaq_cache& how, double target) {
    double low = std::log(1e-6);
    double high = std::log(1e6);
    const auto bits_at = [&](double logarithm) {
        return fill_caches(shared, qaq_caches(shared, how, std::exp(logarithm))).bits.both;
    };
    const double least = bits_at(high);
    const double most = bits_at(low);
    if (target < least || target > most) {
        std::array<char, 120> text{};
        std::snprintf(text.data(), text.size(),
                      "a target of %.9g bits is out of reach (feasible: %.9g to %.9g)", target,
                      least, most);
        return gradus::error{gradus::errc::invalid_argument, text.data()};
    }
    for (int round = 0; round < 22; ++round) {
        const double middle = 0.5 * (low + high);
        (bits_at(middle) > target ? low : high) = middle;
    }
    return std::exp(high);
}

}  // namespace

gradus::status measure_qaq(session& shared,
                           const qaq_cache& how,
                           const arm& one,
                           gradus::thread_pool& threads,
                           run& done) {
    double error = how.error;
    if (one.target) {
        const auto matched = matched_error(shared, how, *one.target);
        if (!matched) { return matched.error(); }
        error = matched.value();
    }
    const auto caches = qaq_caches(shared, how, error);
    measure_losses(shared, caches, threads, done);
    const filled at = fill_caches(shared, caches);
    done.effective_bits = at.bits;
    done.bytes = at.bytes;
    done.stored_bits = stored_bits(shared, at.bytes, 0.0);
    return gradus::done{};
}

}  // namespace quantize_cache

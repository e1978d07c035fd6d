// SPDX-License-Identifier: MIT
// A mapping with its parameters, behind plain functions: properties are then compiled once.
#pragma once

#include <gradus/concepts/mapping.hpp>
#include <gradus/rounding/nearest.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

namespace gradus::test {

/// The grid that a mapping fits to one interval.
struct probe {
    std::string name;
    interval range;
    int first;  ///< codes that values can get: `first` to `last`
    int last;
    float scale;
    std::function<bracket(float)> locate;
    std::function<basic_bracket<double>(double)> locate_in_double;
    std::function<float(code_t)> decode;
    std::function<double(code_t)> decode_in_double;

    [[nodiscard]] double level(int c) const {
        return static_cast<double>(decode(static_cast<code_t>(c)));
    }

    [[nodiscard]] code_t nearest(float x) const {
        return gradus::nearest::state{}.choose(locate(x));
    }

    [[nodiscard]] double error(float x) const {
        return std::fabs(static_cast<double>(x) - level(nearest(x)));
    }

    [[nodiscard]] double least_error(float x) const {
        double least = std::numeric_limits<double>::infinity();
        for (int c = first; c <= last; ++c) {
            least = std::min(least, std::fabs(static_cast<double>(x) - level(c)));
        }
        return least;
    }

    [[nodiscard]] double lowest() const { return std::min(level(first), level(last)); }

    [[nodiscard]] double highest() const { return std::max(level(first), level(last)); }

    [[nodiscard]] double largest() const { return std::max(-lowest(), highest()); }

    [[nodiscard]] double widest_gap() const {
        double widest = 0.0;
        for (int c = first; c < last; ++c) {
            widest = std::max(widest, std::fabs(level(c + 1) - level(c)));
        }
        return widest;
    }
};

template <mapping M> probe probe_of(const M& m, typename M::params p, interval range) {
    int first = 0;
    if constexpr (requires { M::first_code; }) { first = M::first_code; }
    return {std::string{name_of<M>()},
            range,
            first,
            M::codes - 1,
            p.scale,
            [=](float x) { return m.locate(x, p); },
            [=](double x) { return m.template locate<double>(x, p); },
            [=](code_t c) { return m.decode(c, p); },
            [=](code_t c) { return m.template decode<double>(c, p); }};
}

template <mapping M> probe fitted(const M& m, interval range) {
    return probe_of(m, m.fit(range), range);
}

/// Calls f(std::integral_constant<int, B>) for B = First ... 8.
template <int First, class F> void each_width(F f) {
    f(std::integral_constant<int, First>{});
    if constexpr (First < 8) { each_width<First + 1>(f); }
}

/// Ordinary, one-sided, not containing zero, tiny, huge.
inline const std::vector<interval> plain_intervals{
    {-1.0f, 1.0f},     {-0.3f, 0.9f},   {-1.2f, 0.9f},    {0.0f, 2.5f},
    {-4.0f, 0.0f},     {0.2f, 0.7f},    {-0.7f, -0.2f},   {-3e-4f, 1e-4f},
    {-1e-30f, 1e-30f}, {-1e30f, 2e30f}, {-123.0f, 77.0f}, {-1e-36f, 2e-36f}};

inline std::vector<float> sweep(double lo, double hi, int points) {
    std::vector<float> xs;
    for (int i = 0; i <= points; ++i) {
        xs.push_back(static_cast<float>(lo + (hi - lo) * i / points));
    }
    return xs;
}

/// Densely inside the interval, and three times as far on either side.
inline std::vector<float> around(interval range) {
    const auto lo = static_cast<double>(std::min(range.lo, range.hi));
    const auto hi = static_cast<double>(std::max(range.lo, range.hi));
    std::vector<float> xs = sweep(lo, hi, 500);
    for (const float x : sweep(lo - 3 * (hi - lo), hi + 3 * (hi - lo), 300)) {
        xs.push_back(x);
    }
    return xs;
}

inline const std::vector<float> extreme_values{0.0f,
                                               -0.0f,
                                               1e-45f,
                                               -1e-45f,
                                               1e-39f,
                                               -1e-38f,
                                               3e38f,
                                               -3e38f,
                                               std::numeric_limits<float>::infinity(),
                                               -std::numeric_limits<float>::infinity(),
                                               std::numeric_limits<float>::quiet_NaN()};

/// How many values get no valid bracket.
inline int bracket_faults(const probe& p, const std::vector<float>& xs) {
    int faults = 0;
    for (const float x : xs) {
        const bracket b = p.locate(x);
        const bool valid = b.lower >= p.first && b.lower < p.last && 0.0f <= b.t && b.t <= 1.0f;
        faults += !valid;
    }
    return faults;
}

/// How many neighbouring codes stand for values in the wrong order; a negative scale reverses it.
inline int order_faults(const probe& p) {
    int faults = 0;
    for (int c = p.first; c < p.last; ++c) {
        const double step = p.level(c + 1) - p.level(c);
        faults += p.scale > 0.0f ? !(step > 0.0) : !(step < 0.0);
    }
    return faults;
}

/// How many levels are not found again: by the rounding, and at an end of their bracket up to the
/// rounding of one division.
inline int level_faults(const probe& p) {
    int faults = 0;
    for (int c = p.first; c <= p.last; ++c) {
        const float x = p.decode(static_cast<code_t>(c));
        const bracket b = p.locate(x);
        const double gap = std::fabs(p.level(b.lower + 1) - p.level(b.lower));
        const double slack = 4 * 0x1p-24 * p.largest() / gap;
        const auto t = static_cast<double>(b.t);
        faults += p.decode(p.nearest(x)) != x || !(std::min(t, 1 - t) <= slack);
    }
    return faults;
}

/// The most by which a value's level is further away than the nearest one, in the largest of both.
inline double excess(const probe& p, const std::vector<float>& xs) {
    double most = 0.0;
    for (const float x : xs) {
        const double size = std::max(std::fabs(static_cast<double>(x)), p.largest());
        most = std::max(most, (p.error(x) - p.least_error(x)) / size);
    }
    return most;
}

/// The most by which float and double disagree on a position or a value, in units of 2^-24 of the
/// largest level; positions are in gaps, of which the narrowest counts.
inline double disagreement(const probe& p, const std::vector<float>& xs) {
    double narrowest = std::numeric_limits<double>::infinity();
    for (int c = p.first; c < p.last; ++c) {
        narrowest = std::min(narrowest, std::fabs(p.level(c + 1) - p.level(c)));
    }
    const double unit = 0x1p-24 * p.largest() / narrowest;
    double most = 0.0;
    for (const float x : xs) {
        const bracket a = p.locate(x);
        const basic_bracket<double> b = p.locate_in_double(static_cast<double>(x));
        const double apart = a.lower + static_cast<double>(a.t) - (b.lower + b.t);
        most = std::max(most, std::fabs(apart) / unit);
    }
    for (int c = p.first; c <= p.last; ++c) {
        const double exact = p.decode_in_double(static_cast<code_t>(c));
        most = std::max(most, std::fabs(p.level(c) - exact) / (0x1p-24 * p.largest()));
    }
    return most;
}

/// A real-valued bound, with room for the roundings of a few operations on the largest level.
inline double with_rounding(double bound, const probe& p) {
    return bound + 4 * 0x1p-24 * p.largest() + 512 * 1.5e-45;
}

}  // namespace gradus::test

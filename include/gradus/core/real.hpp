// SPDX-License-Identifier: MIT
// The arithmetic that policies are written in: one spelling for float, double and vectors of lanes.
#pragma once

#include <gradus/core/types.hpp>

#include <cmath>
#include <concepts>
#include <type_traits>

// A policy is a template over `Real`. Its body calls the functions below without qualification;
// for float and double they are these, for vectors argument-dependent lookup finds those of
// simd/. Scalar and vector code is then one text, and equal results are a matter of construction.
namespace gradus {

/// What a `Real` is made of. Vectors specialise it (simd/lanes.hpp).
template <class Real> struct lanes_of {
    static constexpr index_t count = 1;
    using word = std::uint32_t;  ///< beside each lane: counters and random bits

    [[nodiscard]] GRADUS_INLINE static constexpr Real load(const float* from) noexcept {
        return *from;
    }

    GRADUS_INLINE static constexpr void store(Real x, float* to) noexcept { *to = x; }

    /// first, first + 1, ...: one a lane.
    [[nodiscard]] GRADUS_INLINE static constexpr word counting_from(std::uint32_t first) noexcept {
        return first;
    }
};

template <std::floating_point Real> [[nodiscard]] GRADUS_INLINE Real round_down(Real x) noexcept {
    return std::floor(x);
}

/// To the nearest integer, ties to even (the rounding mode is never changed).
template <std::floating_point Real> [[nodiscard]] GRADUS_INLINE Real round_even(Real x) noexcept {
    return std::nearbyint(x);
}

template <std::floating_point Real>
[[nodiscard]] GRADUS_INLINE constexpr Real least(Real a, std::type_identity_t<Real> b) noexcept {
    return a < b ? a : b;
}

template <std::floating_point Real>
[[nodiscard]] GRADUS_INLINE constexpr Real greatest(Real a, std::type_identity_t<Real> b) noexcept {
    return a > b ? a : b;
}

template <std::floating_point Real>
[[nodiscard]] GRADUS_INLINE constexpr Real magnitude(Real x) noexcept {
    return x < 0 ? -x : x;
}

template <std::floating_point Real> [[nodiscard]] GRADUS_INLINE Real square_root(Real x) noexcept {
    return std::sqrt(x);
}

/// `a` where the condition holds, `b` elsewhere.
template <class T>
[[nodiscard]] GRADUS_INLINE constexpr T
either(bool condition, T a, std::type_identity_t<T> b) noexcept {
    return condition ? a : b;
}

/// An integer as a `Real` (exact below 2^24).
template <class Real, std::integral Integer>
[[nodiscard]] GRADUS_INLINE constexpr Real as_real(Integer x) noexcept {
    return static_cast<Real>(x);
}

/// A whole, non-negative `Real` below 256 as a code.
template <std::floating_point Real>
[[nodiscard]] GRADUS_INLINE constexpr code_t as_code(Real x) noexcept {
    return static_cast<code_t>(static_cast<int>(x));
}

/// Entry `code` of a table of `Size` floats.
template <class Real, int Size, std::integral Integer>
[[nodiscard]] GRADUS_INLINE constexpr Real level_at(const float* table, Integer code) noexcept {
    return static_cast<Real>(table[code]);
}

/// The value itself, rounded to `Real`. No compiler can fuse the operation that produced it with
/// the one that uses it, so `a - rounded(b * c)` has the same bits with and without FMA, at any
/// -ffp-contract. Needed wherever a product meets a sum and the outcome decides a stored byte.
template <std::floating_point Real>
[[nodiscard]] GRADUS_INLINE constexpr Real rounded(Real x) noexcept {
    if (!std::is_constant_evaluated()) {
#if defined(__x86_64__)
        asm("" : "+x"(x));
#elif defined(__aarch64__)
        asm("" : "+w"(x));
#else
        volatile Real kept = x;
        x = kept;
#endif
    }
    return x;
}

}  // namespace gradus

// SPDX-License-Identifier: MIT
// Sixteen doubles with the operations of f32x16: for checks and retries, not for speed.
#pragma once

#include <gradus/simd/lanes.hpp>

namespace gradus {
inline namespace GRADUS_ISA {
namespace simd {

/// Plain loops, which compilers vectorise as the machine allows.
struct f64x16 {
    double lane[lanes];

    f64x16() = default;

    GRADUS_INLINE f64x16(double x) {  // NOLINT(google-explicit-constructor): scalars mix freely
        for (double& to : lane) {
            to = x;
        }
    }

    [[nodiscard]] GRADUS_INLINE static f64x16 load(const double* from) {
        f64x16 r;
        for (index_t i = 0; i < lanes; ++i) {
            r.lane[i] = from[i];
        }
        return r;
    }

    GRADUS_INLINE void store(double* to) const {
        for (index_t i = 0; i < lanes; ++i) {
            to[i] = lane[i];
        }
    }
};

#define GRADUS_LANEWISE(op)                                                                        \
    [[nodiscard]] GRADUS_INLINE f64x16 operator op(const f64x16& a, const f64x16& b) {             \
        f64x16 r;                                                                                  \
        for (index_t i = 0; i < lanes; ++i) {                                                      \
            r.lane[i] = a.lane[i] op b.lane[i];                                                    \
        }                                                                                          \
        return r;                                                                                  \
    }
GRADUS_LANEWISE(+)
GRADUS_LANEWISE(-)
GRADUS_LANEWISE(*)
GRADUS_LANEWISE(/)
#undef GRADUS_LANEWISE

struct f64_mask16 {
    bool lane[lanes];
};

#define GRADUS_COMPARE(op)                                                                         \
    [[nodiscard]] GRADUS_INLINE f64_mask16 operator op(const f64x16& a, const f64x16& b) {         \
        f64_mask16 r;                                                                              \
        for (index_t i = 0; i < lanes; ++i) {                                                      \
            r.lane[i] = a.lane[i] op b.lane[i];                                                    \
        }                                                                                          \
        return r;                                                                                  \
    }
GRADUS_COMPARE(>)
GRADUS_COMPARE(==)
#undef GRADUS_COMPARE

[[nodiscard]] GRADUS_INLINE f64x16 either(const f64_mask16& m, const f64x16& a, const f64x16& b) {
    f64x16 r;
    for (index_t i = 0; i < lanes; ++i) {
        r.lane[i] = m.lane[i] ? a.lane[i] : b.lane[i];
    }
    return r;
}

[[nodiscard]] GRADUS_INLINE f64x16 fused(const f64x16& a, const f64x16& b, const f64x16& c) {
    return a * b + c;
}

template <class T> struct vector_of;

template <> struct vector_of<float> {
    using type = f32x16;
};

template <> struct vector_of<double> {
    using type = f64x16;
};

/// Sixteen values of type T.
template <class T> using vector16 = typename vector_of<T>::type;

}  // namespace simd
}  // namespace GRADUS_ISA
}  // namespace gradus

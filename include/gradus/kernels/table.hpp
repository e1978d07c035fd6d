// SPDX-License-Identifier: MIT
// Kernels as tables of function pointers: what an object built for one instruction set hands out.
#pragma once

#include <gradus/core/matrix_view.hpp>
#include <gradus/layout/packed_view.hpp>

#include <span>

// Whatever is named here crosses objects built with different flags: plain data without a tag,
// whose few functions are always inlined. Exceptions do not cross, as their types are tagged.
namespace gradus::abi {

/// Products with one kind of activations; see kernels/gemv.hpp and gemm.hpp.
template <layout_type L> struct product_table {
    /// y = w x: x [cols], y [rows].
    void (*gemv)(const packed_view<L>& w, std::span<const float> x, std::span<float> y) noexcept;

    /// y = x w^T, or y += x w^T with `add`: x [tokens, cols], y [tokens, rows].
    void (*gemm)(const packed_view<L>& w,
                 matrix_view<const float> x,
                 matrix_view<float> y,
                 bool add) noexcept;
};

/// The kernels of one layout.
template <layout_type L> struct kernel_table {
    /// out [rows, cols]; see kernels/decode.hpp.
    void (*decode)(const packed_view<L>& w, matrix_view<float> out) noexcept;

    product_table<L> f32;   ///< f32_activations
    product_table<L> int8;  ///< int8_per_token
};

/// The kernels of several layouts for one instruction set.
template <layout_type... L> struct kernel_tables : kernel_table<L>... {
    const char* isa;    ///< the name that dispatch() knows, e.g. "avx2"
    const char* flags;  ///< what the compiler was allowed: `isa_name` of that object

    template <layout_type One> [[nodiscard]] GRADUS_INLINE const kernel_table<One>& of() const {
        return *this;
    }
};

/// The same kernels for each of `count` instruction sets.
template <layout_type... L> struct kernel_list {
    const kernel_tables<L...>* const* tables;
    const char* const* isas;
    index_t count;
};

}  // namespace gradus::abi

// SPDX-License-Identifier: MIT
// For the one source that is built for every instruction set (gradus_add_isa_kernels in CMake).
#pragma once

#include <gradus/kernels/table.hpp>

#include <iterator>

#if !defined(GRADUS_KERNELS_EACH)
#include <gradus/kernels/decode.hpp>
#include <gradus/kernels/gemm.hpp>
#include <gradus/kernels/gemv.hpp>

namespace gradus {
inline namespace GRADUS_ISA {

/// Products with one kind of activations.
template <layout_type L, activation_scheme A> struct exported_products {
    static void
    gemv(const packed_view<L>& w, std::span<const float> x, std::span<float> y) noexcept {
        gradus::gemv(w, x, y, A{});
    }

    static void gemm(const packed_view<L>& w,
                     matrix_view<const float> x,
                     matrix_view<float> y,
                     bool add) noexcept {
        gradus::gemm(w, x, y, add ? accumulation::add : accumulation::none, A{});
    }

    static constexpr abi::product_table<L> table{gemv, gemm};
};

/// The functions that a table points to. A further kernel is a member here and in kernel_table.
template <layout_type L> struct exported_kernels {
    static void decode(const packed_view<L>& w, matrix_view<float> out) noexcept {
        gradus::decode(w, out);
    }

    static constexpr abi::kernel_table<L> table{decode,
                                                exported_products<L, f32_activations>::table,
                                                exported_products<L, int8_per_token>::table};
};

}  // namespace GRADUS_ISA
}  // namespace gradus
#endif

/// GRADUS_EXPORT_KERNELS(name, layout...): the kernels of these layouts. Other sources see them as
///
///     extern const gradus::abi::kernel_list<layout...> name;
///
/// at the same place, and hand that to gradus::dispatch(). The source is compiled several times:
/// keep functions of your own out of it, or under `inline namespace GRADUS_ISA`.
#if defined(GRADUS_KERNELS_ISA)  // for one instruction set: name_<isa>
#define GRADUS_EXPORT_KERNELS(name, ...) GRADUS_EXPORT_(name, GRADUS_KERNELS_ISA, __VA_ARGS__)
#define GRADUS_EXPORT_(name, isa, ...) GRADUS_EXPORT_TABLES_(name, isa, __VA_ARGS__)
#define GRADUS_EXPORT_TABLES_(name, isa, ...)                                                      \
    extern const ::gradus::abi::kernel_tables<__VA_ARGS__> name##_##isa;                           \
    constinit const ::gradus::abi::kernel_tables<__VA_ARGS__> name##_##isa =                       \
        ::gradus::tables_of<__VA_ARGS__>(#isa)

namespace gradus {
inline namespace GRADUS_ISA {

template <layout_type... L> consteval abi::kernel_tables<L...> tables_of(const char* isa) {
    return {exported_kernels<L>::table..., isa, isa_name};
}

}  // namespace GRADUS_ISA
}  // namespace gradus
#elif defined(GRADUS_KERNELS_EACH)  // the list of them
#define GRADUS_EXPORT_KERNELS(name, ...)                                                           \
    GRADUS_KERNELS_EACH(GRADUS_DECLARE_TABLES_, name, __VA_ARGS__)                                 \
    static constexpr const ::gradus::abi::kernel_tables<__VA_ARGS__>* name##_tables[] = {          \
        GRADUS_KERNELS_EACH(GRADUS_TABLES_ADDRESS_, name, __VA_ARGS__)};                           \
    static constexpr const char* name##_isas[] = {                                                 \
        GRADUS_KERNELS_EACH(GRADUS_TABLES_NAME_, name, __VA_ARGS__)};                              \
    extern const ::gradus::abi::kernel_list<__VA_ARGS__> name;                                     \
    constinit const ::gradus::abi::kernel_list<__VA_ARGS__> name = {name##_tables, name##_isas,    \
                                                                    std::size(name##_isas)}
#define GRADUS_DECLARE_TABLES_(isa, name, ...)                                                     \
    extern const ::gradus::abi::kernel_tables<__VA_ARGS__> name##_##isa;
#define GRADUS_TABLES_ADDRESS_(isa, name, ...) &name##_##isa,
#define GRADUS_TABLES_NAME_(isa, name, ...) #isa,
#else
#define GRADUS_EXPORT_KERNELS(name, ...)                                                           \
    static_assert(false, "this source is for gradus_add_isa_kernels(<target> <source>) in CMake")
#endif

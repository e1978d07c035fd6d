# SPDX-License-Identifier: MIT
# Kernels for several instruction sets in one program; used by the build and installed with the
# package. The C++ side: gradus/kernels/{table,export_tables,dispatch}.hpp.

# Lowest first. Each name and what it needs stand in gradus/simd/instruction_sets.hpp too.
set(_gradus_isas_x86_64 scalar sse4_2 avx2 avx2_vnni avx512 avx512_vnni avx512_vbmi)
set(_gradus_isas_aarch64 scalar neon neon_dot)

# _gradus_isa_flags(<isa> <family> <out>): what the compiler may use, and that it may use no more,
# whatever the project's own flags say.
function(_gradus_isa_flags isa family out)
    set(no_vnni -mno-avx512vnni)
    set(no_vbmi -mno-avx512vbmi -mno-avx512vbmi2 -mno-avx512bf16 -mno-gfni)
    if(isa STREQUAL "scalar")
        set(scalar_x86_64 -march=x86-64 -mno-sse3)
        set(scalar_aarch64 -march=armv8-a)
        set(flags ${scalar_${family}} -DGRADUS_FORCE_SCALAR)
    elseif(isa STREQUAL "sse4_2")
        set(flags -march=x86-64-v2 -mno-avx)
    elseif(isa STREQUAL "avx2")
        set(flags -march=x86-64-v3 -mno-avxvnni -mno-avx512f)
    elseif(isa STREQUAL "avx2_vnni")
        set(flags -march=x86-64-v3 -mavxvnni -mno-avx512f)
    elseif(isa STREQUAL "avx512")
        set(flags -march=x86-64-v4 -mno-avxvnni ${no_vnni} ${no_vbmi})
    elseif(isa STREQUAL "avx512_vnni")
        set(flags -march=x86-64-v4 -mavx512vnni ${no_vbmi})
    elseif(isa STREQUAL "avx512_vbmi")
        set(flags -march=x86-64-v4 -mavx512vnni -mavx512vbmi -mgfni -mno-avx512vbmi2
                  -mno-avx512bf16)
    elseif(isa STREQUAL "neon")
        set(flags -march=armv8-a)
    elseif(isa STREQUAL "neon_dot")
        set(flags -march=armv8.2-a+dotprod)
    endif()
    if(NOT isa STREQUAL "scalar")
        list(APPEND flags -UGRADUS_FORCE_SCALAR)
    endif()
    set(${out} "${flags}" PARENT_SCOPE)
endfunction()

# gradus_add_isa_kernels(<target> <source.cpp> [ISAS <isa>...])
#
# Compiles <source.cpp>, which holds GRADUS_EXPORT_KERNELS(<name>, <layout>...), once for each
# instruction set into <target>, and once more for the list of them, <name>, which
# gradus::dispatch() takes. <target> exists and links gradus::gradus.
#
# ISAS: scalar, sse4_2, avx2, avx2_vnni, avx512, avx512_vnni, avx512_vbmi, neon, neon_dot; all of
# them by default. Those of another processor are passed over, so that one list serves all.
#
# Not one object library each: sources of the target itself inherit all that is set on it.
# Optimised whatever the build type (-O2 leaves nothing of the standard library's to share), and
# without link-time optimisation, which would mix the instruction sets.
function(gradus_add_isa_kernels target source)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "ISAS")
    if(arg_UNPARSED_ARGUMENTS OR NOT TARGET "${target}")
        message(FATAL_ERROR "gradus_add_isa_kernels(${target} ${source}): expected a target, "
                            "a source and [ISAS ...] (found: ${arg_UNPARSED_ARGUMENTS})"
        )
    endif()
    set(family x86_64)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)")
        set(family aarch64)
    endif()
    set(known ${_gradus_isas_x86_64} ${_gradus_isas_aarch64})
    foreach(isa IN LISTS arg_ISAS)
        if(NOT isa IN_LIST known)
            list(REMOVE_DUPLICATES known)
            list(JOIN known ", " known)
            message(FATAL_ERROR "gradus_add_isa_kernels: unknown ISA '${isa}' (known: ${known})")
        endif()
    endforeach()
    set(isas ${_gradus_isas_${family}})
    if(DEFINED arg_ISAS)
        string(REPLACE ";" "|" wanted "${arg_ISAS}")
        list(FILTER isas INCLUDE REGEX "^(${wanted})$")
    endif()
    if(NOT isas)
        message(FATAL_ERROR "gradus_add_isa_kernels: none of '${arg_ISAS}' is of this processor "
                            "(${CMAKE_SYSTEM_PROCESSOR}). Add scalar?"
        )
    endif()

    cmake_path(ABSOLUTE_PATH source OUTPUT_VARIABLE path)
    cmake_path(GET source STEM stem)
    set(folder "${CMAKE_CURRENT_BINARY_DIR}/gradus_kernels/${target}")
    set(each "")
    foreach(isa IN LISTS isas)
        string(APPEND each " \\\n    each(${isa}, name, __VA_ARGS__)")
        set(copy "${folder}/${stem}_${isa}.cpp")
        file(CONFIGURE OUTPUT "${copy}"
             CONTENT "#define GRADUS_KERNELS_ISA ${isa}\n#include \"${path}\"\n"
        )
        _gradus_isa_flags(${isa} ${family} flags)
        # -O2 after the -O3 of a release build would take from it.
        set_source_files_properties(
            "${copy}" TARGET_DIRECTORY ${target}
            PROPERTIES COMPILE_OPTIONS "$<$<NOT:$<CONFIG:Release>>:-O2>;-fno-lto;${flags}"
                       SKIP_PRECOMPILE_HEADERS ON
                       SKIP_UNITY_BUILD_INCLUSION ON
        )
        target_sources(${target} PRIVATE "${copy}")
    endforeach()
    set(list "${folder}/${stem}_list.cpp")
    file(CONFIGURE OUTPUT "${list}"
         CONTENT "#define GRADUS_KERNELS_EACH(each, name, ...)${each}\n#include \"${path}\"\n"
    )
    set_source_files_properties(
        "${list}" TARGET_DIRECTORY ${target} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON
    )
    target_sources(${target} PRIVATE "${list}")
endfunction()

# SPDX-License-Identifier: MIT
# Finds what gradus needs; used by the build and installed beside the package configuration.
#
# Needed:   gradus::simd (xsimd), Threads::Threads. If one is missing, `gradus_missing` says so.
# Optional: Eigen3::Eigen, nlohmann_json::nlohmann_json.
#
# Targets are GLOBAL, because a project that adds gradus as a subdirectory links them from above.

unset(gradus_missing)

if(NOT TARGET gradus::simd)
    if(NOT TARGET xsimd)
        # Asked without a version: xsimd calls every new major version incompatible.
        find_package(xsimd CONFIG QUIET)
    endif()
    if(TARGET xsimd)
        set(gradus_simd_version "${xsimd_VERSION}")
        get_target_property(gradus_simd_dirs xsimd INTERFACE_INCLUDE_DIRECTORIES)
    else()
        # Its headers serve every machine, yet some distributions file its package under one.
        find_path(GRADUS_XSIMD_DIR xsimd/config/xsimd_config.hpp)
        mark_as_advanced(GRADUS_XSIMD_DIR)
        set(gradus_simd_dirs "${GRADUS_XSIMD_DIR}")
        set(gradus_simd_version "")
        if(GRADUS_XSIMD_DIR)
            file(STRINGS "${GRADUS_XSIMD_DIR}/xsimd/config/xsimd_config.hpp" gradus_simd_version
                 REGEX "^#define XSIMD_VERSION_(MAJOR|MINOR|PATCH) "
            )
            list(TRANSFORM gradus_simd_version REPLACE "^.* " "")
            list(JOIN gradus_simd_version "." gradus_simd_version)
        endif()
    endif()
    if(NOT gradus_simd_dirs)
        set(gradus_missing "xsimd was not found (8.1 or newer is needed). Install libxsimd-dev?")
    elseif(gradus_simd_version AND gradus_simd_version VERSION_LESS 8.1)
        set(gradus_missing "xsimd is ${gradus_simd_version} (8.1 or newer is needed)")
    else()
        # A target of our own: that of xsimd 8 links a library `xtl` which nobody has.
        add_library(gradus::simd INTERFACE IMPORTED GLOBAL)
        target_include_directories(gradus::simd SYSTEM INTERFACE ${gradus_simd_dirs})
    endif()
endif()

if(NOT TARGET Threads::Threads)
    find_package(Threads QUIET GLOBAL)
    if(NOT Threads_FOUND)
        set(gradus_missing "no thread library was found (thread_pool needs one)")
    endif()
endif()

if(NOT TARGET Eigen3::Eigen)
    find_package(Eigen3 CONFIG QUIET GLOBAL)
endif()
if(NOT TARGET nlohmann_json::nlohmann_json)
    find_package(nlohmann_json CONFIG QUIET GLOBAL)
endif()

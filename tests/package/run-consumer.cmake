# SPDX-License-Identifier: MIT
# Configures, builds and runs the program in the folder CONSUMER against what PREFIX holds.
#
#   cmake -DNAME=<test> -DCONSUMER=<folder> -DCOMPILER=c++ -DGENERATOR=Ninja -DROOT=<project>
#         -DPREFIX=<installed tree> -DSCRATCH=<folder> [-DFLAGS=...] [-DPKG_CONFIG=...]
#         -P run-consumer.cmake
cmake_minimum_required(VERSION 3.25)

set(build "${SCRATCH}/${NAME}")
file(REMOVE_RECURSE "${build}")
file(MAKE_DIRECTORY "${build}")
set(source "${CMAKE_CURRENT_LIST_DIR}/${CONSUMER}")

if(CONSUMER STREQUAL "pkg_config")
    set(ENV{PKG_CONFIG_PATH} "${PREFIX}/share/pkgconfig")
    execute_process(
        COMMAND "${PKG_CONFIG}" --cflags --libs gradus
        OUTPUT_VARIABLE flags
        OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY
    )
    message(STATUS "pkg-config: ${flags}")
    if(flags MATCHES "-(std|march|m[a-z])")
        message(FATAL_ERROR "the package forces flags on its users: ${flags}")
    endif()
    separate_arguments(flags UNIX_COMMAND "${flags}")
    execute_process(
        COMMAND "${COMPILER}" -std=c++20 "${source}/main.cpp" ${flags} -o "${build}/consumer"
                COMMAND_ERROR_IS_FATAL ANY
    )
else()
    execute_process(
        COMMAND
            "${CMAKE_COMMAND}" -S "${source}" -B "${build}" -G "${GENERATOR}"
            "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}"
            "-DCMAKE_PREFIX_PATH=${PREFIX}" "-DGRADUS_ROOT=${ROOT}"
            --no-warn-unused-cli
            COMMAND_ERROR_IS_FATAL ANY
    )
    execute_process(COMMAND "${CMAKE_COMMAND}" --build "${build}" COMMAND_ERROR_IS_FATAL ANY)
endif()
execute_process(COMMAND "${build}/consumer" COMMAND_ERROR_IS_FATAL ANY)

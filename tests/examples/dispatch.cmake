# SPDX-License-Identifier: MIT
# Runs the example for every instruction set that this machine has: all decode the same values.
#
#   cmake -DPROGRAM=<dispatch> [-DEMULATOR=<program;argument...>] -P dispatch.cmake
cmake_minimum_required(VERSION 3.25)

set(expected "")
set(runs 0)
foreach(isa IN ITEMS scalar sse4_2 avx2 avx512 avx512_vnni neon neon_dot)
    execute_process(
        COMMAND ${EMULATOR} "${PROGRAM}" ${isa}
        OUTPUT_VARIABLE text ERROR_VARIABLE message RESULT_VARIABLE code
    )
    if(code EQUAL 1 AND message MATCHES "does not run on this machine|is unknown here")
        message(STATUS "skipped: ${message}")
        continue()
    endif()
    if(NOT code EQUAL 0 OR NOT text MATCHES "^${isa}\n(.*)$")
        message(FATAL_ERROR "${isa}: exit code ${code}\n${text}${message}")
    endif()
    # Sums may differ in the last digits that are not printed; hashes of decoded values may not.
    set(lines "${CMAKE_MATCH_1}")
    if(expected STREQUAL "")
        set(expected "${lines}")
    endif()
    if(NOT lines STREQUAL expected)
        message(FATAL_ERROR "${isa} differs:\n${lines}expected:\n${expected}")
    endif()
    math(EXPR runs "${runs} + 1")
endforeach()
if(runs LESS 2)
    message(FATAL_ERROR "only ${runs} run: nothing was compared")
endif()
message(STATUS "${runs} instruction sets agree:\n${expected}")

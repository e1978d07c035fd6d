# SPDX-License-Identifier: MIT
# Objects of one source for several instruction sets: no weak symbol stands in two of them, be it
# ours or the standard library's (the linker would keep one body for all machines), and nothing
# runs before main (it would on machines that the object is not for).
#
#   cmake -DNM=nm "-DOBJECTS=a.o|b.o|..." -DONLY=<regular expression> -P check-objects.cmake
cmake_minimum_required(VERSION 3.25)

string(REPLACE "|" ";" objects "${OBJECTS}")
list(FILTER objects INCLUDE REGEX "${ONLY}")
list(LENGTH objects count)
if(count LESS 2)
    message(FATAL_ERROR "${count} objects match '${ONLY}' in: ${OBJECTS}")
endif()

set(seen "")
foreach(object IN LISTS objects)
    cmake_path(GET object FILENAME name)
    execute_process(
        COMMAND "${NM}" -P --defined-only "${object}"
        OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY
    )
    string(REGEX MATCHALL "[^\n]+" lines "${text}")
    if(NOT lines)
        message(SEND_ERROR "${name} defines nothing")
    endif()
    if(text MATCHES "_GLOBAL__sub_I[^ ]*")
        message(SEND_ERROR "${name} runs code before main: ${CMAKE_MATCH_0}")
    endif()
    list(FILTER lines INCLUDE REGEX "^[^ ]+ [WVu]( |$)")
    list(TRANSFORM lines REPLACE " .*$" "")
    # The compilers' own: a pointer for the unwinder, and two calls that use no register of ours.
    list(FILTER lines EXCLUDE REGEX "^(DW\\.ref\\.__gxx_personality_v0|__clang_call_terminate)$")
    foreach(symbol IN LISTS lines)
        if(symbol IN_LIST seen)
            message(SEND_ERROR "shared: ${symbol} (again in ${name})")
        endif()
    endforeach()
    list(APPEND seen ${lines})
    list(LENGTH lines weak)
    message(STATUS "${name}: ${weak} weak symbols")
endforeach()

# SPDX-License-Identifier: MIT
# Fails on every weak symbol in namespace gradus that both objects define.
#
#   cmake -DNM=nm -DCXXFILT=c++filt -DFIRST=a.o -DSECOND=b.o -P check-symbols.cmake
#
# Types: W weak, V weak object (inline variables), u unique (static locals of templates).
cmake_minimum_required(VERSION 3.25)

# Names as the linker sees them: two entities are one exactly if these are equal, and the namespace
# is their first component. Before it may stand: a special name (vtable, typeinfo, guard variable),
# scopes of local entities, and the qualifiers of a member function.
set(ours "^_Z(T[VTIS]|GV|GR|T[hv]n?[0-9_]+)?Z*(N[VKrRO]*(6gradus))")

function(weak_symbols object out)
    execute_process(
        COMMAND "${NM}" -P --defined-only "${object}"
        OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY
    )
    string(REGEX MATCHALL "[^\n]+" lines "${text}")
    list(FILTER lines INCLUDE REGEX "^[^ ]+ [WVu]( |$)")
    list(TRANSFORM lines REPLACE " .*$" "")
    set(${out} "${lines}" PARENT_SCOPE)
endfunction()

weak_symbols("${FIRST}" first)
weak_symbols("${SECOND}" second)
list(LENGTH first total)
if(total EQUAL 0)
    message(STATUS "${FIRST} has no weak symbols at all")
endif()

set(shared 0)
set(of_others 0)
set(own 0)
foreach(symbol IN LISTS first)
    set(is_ours FALSE)
    if(symbol MATCHES "${ours}")
        set(is_ours TRUE)
        math(EXPR own "${own} + 1")
    endif()
    if(NOT symbol IN_LIST second)
        continue()
    endif()
    if(is_ours)
        execute_process(
            COMMAND "${CXXFILT}" "${symbol}" OUTPUT_VARIABLE name OUTPUT_STRIP_TRAILING_WHITESPACE
        )
        message("shared: ${name}")
        math(EXPR shared "${shared} + 1")
    else()
        math(EXPR of_others "${of_others} + 1")
    endif()
endforeach()

message(STATUS "${total} weak symbols, ${own} of them in namespace gradus; "
               "shared: ${shared} of ours, ${of_others} of others (std)"
)
if(shared GREATER 0)
    message(FATAL_ERROR "${shared} weak symbol(s) of ours in both objects. "
                        "Put the function under `inline namespace GRADUS_ISA`, or make it GRADUS_INLINE."
    )
endif()

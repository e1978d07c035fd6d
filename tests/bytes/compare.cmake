# SPDX-License-Identifier: MIT
# Runs a program and compares what it prints, but for a line that names the instruction set, with a
# file: cmake -DPROGRAM=a;list -DEXPECTED=file -DSCRATCH=directory -P compare.cmake
file(MAKE_DIRECTORY "${SCRATCH}")
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "^isa_[^\n]*\n" "" printed "${printed}")
file(READ "${EXPECTED}" expected)
if(printed STREQUAL expected)
    return()
endif()
string(REPLACE "\n" ";" printed "${printed}")
string(REPLACE "\n" ";" expected "${expected}")
foreach(now was IN ZIP_LISTS printed expected)
    if(NOT now STREQUAL was)
        message("here:     ${now}\nexpected: ${was}")
    endif()
endforeach()
message(FATAL_ERROR "Stored bytes are not those of ${EXPECTED}. Files that are written no longer read "
                    "as before, or on this instruction set other bytes come out."
)

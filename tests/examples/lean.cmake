# SPDX-License-Identifier: MIT
# Compiles and runs SOURCE with nothing but gradus and xsimd on the include path, and lists the
# headers it used: none may be of Eigen or nlohmann-json, wherever the compiler finds headers.
string(REPLACE "|" ";" dirs "${XSIMD}")
# -isystem of a directory that the compiler searches by itself would reorder its own headers.
list(REMOVE_ITEM dirs /usr/include)
list(TRANSFORM dirs PREPEND -isystem)
set(compile "${COMPILER}" -std=c++20 -O1 -I "${GRADUS}" ${dirs} "${SOURCE}")

execute_process(COMMAND ${compile} -M OUTPUT_VARIABLE headers COMMAND_ERROR_IS_FATAL ANY)
if(headers MATCHES "[^ \n]*(Eigen|eigen3|nlohmann)/[^ \n]*")
    message(FATAL_ERROR "${SOURCE} includes ${CMAKE_MATCH_0}")
endif()
if(NOT headers MATCHES "gradus/quantize/quantize\\.hpp")
    message(FATAL_ERROR "${SOURCE}: the list of headers is not one:\n${headers}")
endif()
execute_process(COMMAND ${compile} -pthread -o "${PROGRAM}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${PROGRAM}" COMMAND_ERROR_IS_FATAL ANY)

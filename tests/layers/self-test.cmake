# SPDX-License-Identifier: MIT
# Feeds the layer checker one right tree and one wrong one, and reads what it says.
#
#   cmake -DSCRATCH=<folder to write in> -P self-test.cmake
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${SCRATCH}")

function(header tree name)
    set(text "")
    foreach(include IN LISTS ARGN)
        string(APPEND text "#include ${include}\n")
    endforeach()
    file(WRITE "${SCRATCH}/${tree}/${name}" "${text}")
endfunction()

function(check tree)
    execute_process(
        COMMAND "${CMAKE_COMMAND}" "-DROOT=${SCRATCH}/${tree}" -P
                "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/check-layers.cmake"
        RESULT_VARIABLE code
        OUTPUT_VARIABLE text
        ERROR_VARIABLE text
    )
    string(REGEX REPLACE "[ \n]+" " " text "${text}")
    set(code "${code}" PARENT_SCOPE)
    set(text "${text}" PARENT_SCOPE)
endfunction()

header(right gradus.hpp <gradus/core/types.hpp> <gradus/mapping.hpp>)
header(right mapping.hpp <gradus/mapping/binary.hpp>)
header(right core/config.hpp <cstdint>)
header(right core/types.hpp <gradus/core/config.hpp>)
header(right mapping/binary.hpp <gradus/concepts/mapping.hpp> <gradus/core/types.hpp>)
header(right simd/batch.hpp <xsimd/xsimd.hpp> <immintrin.h>)
header(right kernels/encode.hpp <gradus/rounding/nearest.hpp> <gradus/scale/f16.hpp>)
header(right kernels/gemv.hpp <gradus/layout/layout.hpp> <gradus/kernels/decode.hpp>)
header(right solver/obs.hpp <Eigen/Core> <gradus/core/types.hpp> <gradus/linalg/syrk.hpp>)
header(right model/norm/rms.hpp <nlohmann/json.hpp> <gradus/model/norm/layer.hpp>)
header(right config/parse.hpp <gradus/quantize/recipe.hpp> <gradus/importance/combine.hpp>)
check(right)
if(NOT code EQUAL 0)
    message(FATAL_ERROR "a tree without errors is refused: ${text}")
endif()

header(wrong core/types.hpp <gradus/mapping/binary.hpp>)
header(wrong mapping/binary.hpp <gradus/rounding/nearest.hpp>)
header(wrong mapping/ternary.hpp <gradus/gradus.hpp>)
header(wrong mapping/quoted.hpp "\"gradus/core/types.hpp\"")
header(wrong layout/layout.hpp <gradus/layout.hpp> <gradus/kernels/gemv.hpp>)
header(wrong kernels/decode.hpp <immintrin.h>)
header(wrong kernels/gemv.hpp <gradus/range/minmax.hpp>)
header(wrong quantize/encode.hpp <xsimd/xsimd.hpp> <Eigen/Core>)
header(wrong solver/hessian.hpp <nlohmann/json.hpp>)
header(wrong cache/kv_cache.hpp "  <gradus/model/linear.hpp>")
header(wrong range/one.hpp <gradus/range/two.hpp>)
header(wrong range/two.hpp <gradus/range/one.hpp>)
header(wrong utils/things.hpp <cstdint>)
set(expected
    "core/types.hpp: <gradus/mapping/binary.hpp> (core may not include mapping)"
    "mapping/binary.hpp: <gradus/rounding/nearest.hpp> (mapping may not include rounding)"
    "mapping/ternary.hpp: <gradus/gradus.hpp> is an umbrella"
    "mapping/quoted.hpp: `#include \"gradus/core/types.hpp\"` (only <...> is allowed)"
    "layout/layout.hpp: <gradus/layout.hpp> is an umbrella"
    "layout/layout.hpp: <gradus/kernels/gemv.hpp> (layout may not include kernels)"
    "kernels/decode.hpp: <immintrin.h> (only under simd)"
    "kernels/gemv.hpp: <gradus/range/minmax.hpp> (this kernel may not know range)"
    "quantize/encode.hpp: <xsimd/xsimd.hpp> (only under simd)"
    "quantize/encode.hpp: <Eigen/Core> (only under linalg, solver, clustering)"
    "solver/hessian.hpp: <nlohmann/json.hpp> (only under io, model, config)"
    "cache/kv_cache.hpp: <gradus/model/linear.hpp> (cache may not include model)"
    "cycle among, or above: range/one.hpp, range/two.hpp"
    "utils/things.hpp: the folder utils is in no layer"
)
check(wrong)
if(code EQUAL 0)
    message(FATAL_ERROR "a wrong tree is accepted")
endif()
list(LENGTH expected total)
foreach(message IN LISTS expected)
    string(FIND "${text}" "${message}" at)
    if(at EQUAL -1)
        message(SEND_ERROR "not reported: ${message}")
    endif()
endforeach()
string(FIND "${text}" "layers: ${total} errors in" at)
if(at EQUAL -1)
    message(SEND_ERROR "expected exactly ${total} errors: ${text}")
endif()

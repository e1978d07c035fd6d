# SPDX-License-Identifier: MIT
# What an include costs: preprocessed lines, which unlike seconds are the same on every machine.
#
#   cmake -DCOMPILER=c++ -DROOT=<project> [-DFLAGS=...] [-DDIRS=dir|dir...] -P budget.cmake
cmake_minimum_required(VERSION 3.25)

# Lines   Headers (under include/gradus); those that do not exist are passed over.
set(limits
    "60000  core/half.hpp core/matrix_view.hpp core/result.hpp core/aligned_buffer.hpp"
    "60000  core/normal.hpp core/real.hpp core/random.hpp"
    # Nearly all are <thread>, <condition_variable> and <chrono>; no other header includes this one.
    "72000  core/thread_pool.hpp"
    "60000  concepts/mapping.hpp concepts/rounding.hpp concepts/range.hpp concepts/layout.hpp"
    "60000  mapping/uniform_symmetric.hpp mapping/normal_quantile.hpp mapping/adaptive_quantile.hpp"
    "60000  rounding/nearest.hpp rounding/stochastic.hpp rounding/error_diffusing.hpp"
    "60000  range/minmax.hpp range/mse_search.hpp range/kl_divergence.hpp"
    "60000  grouping/group.hpp grouping/variance_adaptive.hpp packing/bit_planes.hpp packing/base3.hpp"
    "60000  scale/half_scale.hpp scale/log8_scale.hpp sparsity/n_of_m.hpp allocation/budget_allocator.hpp"
    "75000  layout/layout.hpp layout/packed_matrix.hpp layout/packed_view.hpp"
    "75000  quantize/recipe.hpp"
    # Encoding needs kernels, and kernels need xsimd (137 k).
    "200000 quantize/quantize.hpp quantize/matrix_grid.hpp"
    "75000  io/mapped_file.hpp io/tensor_info.hpp"
    # <nlohmann/json.hpp> alone is 133 k.
    "150000 io/safetensors_reader.hpp io/packed_model.hpp"
    "200000 simd/arch.hpp simd/batch.hpp simd/dot.hpp simd/lookup.hpp"
    # 137 k of it are xsimd's (0.9 s of the 1.1 s that including gemv.hpp takes with g++ 12).
    "160000 kernels/encode.hpp kernels/decode.hpp kernels/gemv.hpp kernels/gemm.hpp"
    # A program that chooses its kernels at run time needs no xsimd.
    "60000  kernels/table.hpp kernels/dispatch.hpp simd/instruction_sets.hpp"
    "260000 solver/hessian.hpp solver/obs.hpp"
)

set(search "-I${ROOT}/include")
string(REPLACE "|" ";" DIRS "${DIRS}")
foreach(dir IN LISTS DIRS)
    # After the compiler's own folders: /usr/include in front of them would break <cstdlib>.
    list(APPEND search -idirafter "${dir}")
endforeach()

set(over 0)
foreach(row IN LISTS limits)
    separate_arguments(headers UNIX_COMMAND "${row}")
    list(POP_FRONT headers limit)
    foreach(header IN LISTS headers)
        if(NOT EXISTS "${ROOT}/include/gradus/${header}")
            continue()
        endif()
        execute_process(
            COMMAND "${COMPILER}" -std=c++20 ${FLAGS} ${search} -E -x c++
                    "${ROOT}/include/gradus/${header}"
            COMMAND wc -l
            OUTPUT_VARIABLE lines
            RESULTS_VARIABLE codes
            OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_VARIABLE messages
        )
        if(NOT codes STREQUAL "0;0")
            message(SEND_ERROR "${header}: cannot be preprocessed\n${messages}")
            set(over 1)
        elseif(lines GREATER limit)
            message(SEND_ERROR "${header}: ${lines} lines (at most ${limit}). A heavy include?")
            set(over 1)
        else()
            message(STATUS "${header}: ${lines} of ${limit}")
        endif()
    endforeach()
endforeach()
if(over)
    message(FATAL_ERROR "over budget")
endif()

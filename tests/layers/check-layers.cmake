# SPDX-License-Identifier: MIT
# Checks every #include of the library against the table of layers.
#
#   cmake -DROOT=<project>/include/gradus -P check-layers.cmake
#
# A family may include what the table gives it and whatever those may include in turn.
# Within a folder includes are free, but without cycles.
cmake_minimum_required(VERSION 3.25)

set(policies mapping rounding range grouping packing scale importance allocation sparsity rotation)

set(layer_core "")
set(layer_concepts core)
set(layer_simd core)
foreach(policy IN LISTS policies)
    set(layer_${policy} concepts)
endforeach()
set(layer_layout mapping grouping scale packing)
set(layer_linalg simd)
set(layer_clustering concepts)
set(layer_kernels layout range rounding rotation simd)
set(layer_quantize kernels)
set(layer_solver quantize sparsity linalg)
set(layer_cache quantize kernels)
set(layer_io layout)
set(layer_model kernels cache io)
set(layer_calibrate model solver importance)
set(layer_compress calibrate allocation clustering)
set(layer_replicate solver allocation)
set(layer_eval model)
set(layer_kv_plan eval allocation)
set(layer_config ${policies} quantize core concepts)
set(layer_search eval config)
# Lowest first: a family stands after all that it may include.
set(families core concepts simd ${policies} layout linalg clustering kernels quantize solver cache io
             model calibrate compress replicate eval kv_plan config search
)

# Libraries of others: "what the include looks like|the folders that may have it".
set(foreign
    "xsimd/|simd"
    "([a-z0-9]*intrin|arm_neon|arm_sve|arm_acle)\\.h|simd"
    "(Eigen|unsupported/Eigen)/|linalg,solver,clustering"
    "nlohmann/|io,model,config"
)

# These kernels serve every recipe alike, so they must not know how codes were chosen.
set(kernels_without_recipe "^kernels/(gemv|gemm|attention)")
set(recipe_families range rounding)

foreach(family IN LISTS families)
    set(reach_${family} ${family} ${layer_${family}})
    foreach(lower IN LISTS layer_${family})
        list(APPEND reach_${family} ${reach_${lower}})
    endforeach()
    list(REMOVE_DUPLICATES reach_${family})
endforeach()

set(count 0)

macro(report text)
    message(SEND_ERROR "${text}")
    math(EXPR count "${count} + 1")
endmacro()

file(GLOB_RECURSE headers RELATIVE "${ROOT}" "${ROOT}/*.hpp")
if(NOT headers)
    message(FATAL_ERROR "no headers under '${ROOT}'")
endif()

foreach(header IN LISTS headers)
    set(inner_${header} "")
    set(umbrella FALSE)
    if(header MATCHES "^([^/]+)/")
        set(family "${CMAKE_MATCH_1}")
        if(NOT family IN_LIST families)
            report("${header}: the folder ${family} is in no layer. Add it to check-layers.cmake?")
            continue()
        endif()
    else()
        set(umbrella TRUE)
        set(family "")
    endif()

    file(STRINGS "${ROOT}/${header}" lines REGEX "^[ \t]*#[ \t]*include")
    foreach(line IN LISTS lines)
        if(NOT line MATCHES "include[ \t]*<([^>]+)>")
            report("${header}: `${line}` (only <...> is allowed)")
            continue()
        endif()
        set(target "${CMAKE_MATCH_1}")

        foreach(rule IN LISTS foreign)
            string(REGEX MATCH "^(.*)\\|([^|]*)$" ignored "${rule}")
            set(pattern "${CMAKE_MATCH_1}")
            string(REPLACE "," ";" homes "${CMAKE_MATCH_2}")
            if(target MATCHES "^(${pattern})" AND NOT family IN_LIST homes)
                list(JOIN homes ", " homes)
                report("${header}: <${target}> (only under ${homes})")
            endif()
        endforeach()

        if(umbrella OR NOT target MATCHES "^gradus/(.+)$")
            continue()
        endif()
        set(target "${CMAKE_MATCH_1}")
        if(NOT target MATCHES "^([^/]+)/")
            report("${header}: <gradus/${target}> is an umbrella (those are for users)")
            continue()
        endif()
        set(other "${CMAKE_MATCH_1}")
        if(NOT other IN_LIST reach_${family})
            report("${header}: <gradus/${target}> (${family} may not include ${other})")
        elseif(header MATCHES "${kernels_without_recipe}" AND other IN_LIST recipe_families)
            report("${header}: <gradus/${target}> (this kernel may not know ${other})")
        elseif(other STREQUAL family)
            list(APPEND inner_${header} "${target}")
        endif()
    endforeach()
endforeach()

# Layers have no cycles by construction, so a cycle lies within one folder. Headers whose includes
# are all settled are settled; what never settles is a cycle or includes one.
set(open ${headers})
set(progress TRUE)
while(progress)
    set(progress FALSE)
    foreach(header IN LISTS open)
        set(waiting FALSE)
        foreach(target IN LISTS inner_${header})
            if(target IN_LIST open)
                set(waiting TRUE)
            endif()
        endforeach()
        if(NOT waiting)
            list(REMOVE_ITEM open "${header}")
            set(progress TRUE)
        endif()
    endforeach()
endwhile()
if(open)
    list(JOIN open ", " open)
    report("cycle among, or above: ${open}")
endif()

list(LENGTH headers total)
if(count GREATER 0)
    message(FATAL_ERROR "layers: ${count} errors in ${total} headers")
endif()
message(STATUS "layers: ${total} headers, no errors")

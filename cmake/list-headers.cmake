# SPDX-License-Identifier: MIT
# Writes the list of headers after one was added or removed, or checks it.
#
#   cmake -P cmake/list-headers.cmake              rewrite cmake/gradus-headers.cmake
#   cmake -DCHECK=ON -P cmake/list-headers.cmake   fail when the list and the folder differ
cmake_minimum_required(VERSION 3.25)

cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH root)
set(list_file "${CMAKE_CURRENT_LIST_DIR}/gradus-headers.cmake")

file(GLOB_RECURSE on_disk RELATIVE "${root}/include" "${root}/include/gradus/*.hpp")
list(SORT on_disk)

if(CHECK)
    include("${list_file}")
    set(absent ${GRADUS_HEADERS})
    list(REMOVE_ITEM absent ${on_disk})
    set(unlisted ${on_disk})
    list(REMOVE_ITEM unlisted ${GRADUS_HEADERS})
    if(absent OR unlisted)
        list(JOIN absent "\n  " absent)
        list(JOIN unlisted "\n  " unlisted)
        # Indented lines are printed as they are.
        message(FATAL_ERROR "cmake/gradus-headers.cmake is out of date. "
                            "Refresh with: cmake -P cmake/list-headers.cmake\n"
                            "Listed but absent:\n  ${absent}\n"
                            "Present but not listed:\n  ${unlisted}"
        )
    endif()
    list(LENGTH on_disk count)
    message(STATUS "${count} headers, all listed")
    return()
endif()

list(JOIN on_disk "\n    " lines)
file(
    WRITE "${list_file}"
    "# SPDX-License-Identifier: MIT
# Every header of the library. Written by: cmake -P cmake/list-headers.cmake
set(GRADUS_HEADERS
    ${lines}
)
"
)

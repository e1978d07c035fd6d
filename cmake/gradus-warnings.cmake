# SPDX-License-Identifier: MIT
# Warnings of our own tests, examples and benches. Users never see this target.

add_library(gradus_warnings INTERFACE)
target_compile_options(
    gradus_warnings
    INTERFACE -Wall
              -Wextra
              -Wpedantic
              -Wshadow
              -Wconversion
              -Wsign-conversion
              -Wold-style-cast
              -Wdouble-promotion
              -Wundef
)

# g++ 12 sees overlapping copies in `"text" + std::to_string(n)` (GCC bug 105651), and at -O1 reads
# of the alternative that a variant does not hold (105562); clang and the sanitizers see neither.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(gradus_warnings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()

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

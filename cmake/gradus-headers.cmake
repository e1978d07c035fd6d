# SPDX-License-Identifier: MIT
# Every header of the library. Written by: cmake -P cmake/list-headers.cmake
set(GRADUS_HEADERS
    gradus/core/aligned_buffer.hpp
    gradus/core/config.hpp
    gradus/core/contract.hpp
    gradus/core/executor.hpp
    gradus/core/half.hpp
    gradus/core/label.hpp
    gradus/core/matrix_view.hpp
    gradus/core/normal.hpp
    gradus/core/random.hpp
    gradus/core/real.hpp
    gradus/core/result.hpp
    gradus/core/thread_pool.hpp
    gradus/core/types.hpp
    gradus/simd/batch.hpp
)

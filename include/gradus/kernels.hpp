// SPDX-License-Identifier: MIT
// Products, encoding and decoding on packed matrices, attention on packed caches, for users; no
// header of the library includes this one.
#pragma once

#include <gradus/kernels/attend_kv.hpp>
#include <gradus/kernels/decode.hpp>
#include <gradus/kernels/gemm.hpp>
#include <gradus/kernels/gemm_runs.hpp>
#include <gradus/kernels/gemv.hpp>
#include <gradus/kernels/pack_codes.hpp>
#include <gradus/kernels/pack_smallest.hpp>
#include <gradus/kernels/pack_sparse.hpp>
#include <gradus/kernels/permute_columns.hpp>
#include <gradus/kernels/sparse_decode.hpp>
#include <gradus/kernels/sparse_gemm.hpp>
#include <gradus/kernels/sparse_matrix_gemm.hpp>

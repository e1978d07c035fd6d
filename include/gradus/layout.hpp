// SPDX-License-Identifier: MIT
// Composing layouts and holding packed matrices, for users; no header of the library includes this
// one.
#pragma once

#include <gradus/layout/column_order.hpp>
#include <gradus/layout/layout.hpp>
#include <gradus/layout/layout_name.hpp>
#include <gradus/layout/menu.hpp>
#include <gradus/layout/mixed_matrix.hpp>
#include <gradus/layout/packed_matrix.hpp>
#include <gradus/layout/packed_part.hpp>
#include <gradus/layout/packed_view.hpp>
#include <gradus/layout/plain_codes.hpp>
#include <gradus/layout/sparse_f16.hpp>
#include <gradus/layout/sparse_matrix.hpp>
#include <gradus/layout/sparse_part.hpp>

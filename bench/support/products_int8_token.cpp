// SPDX-License-Identifier: MIT
// Products with activations in int8, one scale a token.
#include "define_products.hpp"

template void gradus_bench::define_products<gradus_bench::activation_form::int8_per_token>();

// SPDX-License-Identifier: MIT
// Products with activations in f32.
#include "define_products.hpp"

template void gradus_bench::define_products<gradus_bench::activation_form::f32>();

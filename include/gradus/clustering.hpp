// SPDX-License-Identifier: MIT
// Everything about groups of channels, for users; no header of the library includes this one.
#pragma once

#include <gradus/clustering/average_linkage.hpp>
#include <gradus/clustering/choose_count.hpp>
#include <gradus/clustering/correlation.hpp>
#include <gradus/clustering/dense_eigensolver.hpp>
#include <gradus/clustering/histogram_dependence.hpp>
#include <gradus/clustering/histogram_information.hpp>
#include <gradus/clustering/k_means.hpp>
#include <gradus/clustering/row_k_means.hpp>
#include <gradus/clustering/silhouette.hpp>
#include <gradus/clustering/spectral.hpp>
